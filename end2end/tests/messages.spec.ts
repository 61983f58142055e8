import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { at, enter, expect, live, test } from "./desk";

const SHOTS = `${import.meta.dirname}/../../target/shots`;

/** A load that the first carrier has, of whose drivers one has the app. */
async function given(server: any, customer: string): Promise<any> {
  const load = await enter(server, customer);
  const { body } = await server.call("ops@blueridge.demo", "carriers");
  const carrier1 = (await server.call("carrier1@blueridge.demo", "auth/me")).body.data.carrierId;
  const carrier = body.data.find((one: any) => one.id === carrier1);
  const given = await server.call("ops@blueridge.demo", "loads/assign", {
    loadId: load.id, version: load.version, carrierId: carrier.id, driverId: carrier.drivers[0].id,
    carrierRateCents: 150_000, status: "ACCEPTED",
  });
  expect(given.status, JSON.stringify(given.body)).toBe(200);
  return given.body.data;
}

const composer = (page: Page) => page.locator("form.composer");
const field = (page: Page) => composer(page).locator("textarea");
const said = (page: Page, text: string) => page.locator("li.said").filter({ hasText: text });

async function axe(page: Page) {
  const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
  expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(" ")}`)).toEqual([]);
}

test("desk and carrier write to each other at once, and a note stays among the desk", async ({ browser, server }) => {
  const load = await given(server, "Talkative Foods");
  const desk = await at(browser, server, "dispatch1@blueridge.demo");
  const colleague = await at(browser, server, "ops@blueridge.demo");
  const carrier = await at(browser, server, "carrier1@blueridge.demo");
  for (const page of [desk, colleague, carrier]) {
    await page.goto(`${server.url}/loads/${load.id}`);
    await live(page);
  }
  await expect(composer(carrier).getByRole("radio"), "who has no choice sees none").toHaveCount(0);
  await field(desk).fill("Where <b>are</b> you? https://example.com/map javascript:alert(1)");
  await field(desk).press("Shift+Enter");
  await field(desk).pressSequentially("Second line");
  await field(desk).press("Enter");
  await expect(said(carrier, "Second line")).toBeVisible();
  await expect(field(desk)).toHaveValue("");
  await expect(said(carrier, "Second line"), "markup is text").toContainText("Where <b>are</b> you?");
  const links = said(carrier, "Second line").getByRole("link");
  await expect(links).toHaveCount(1);
  await expect(links).toHaveAttribute("rel", /noopener/);
  await expect(said(carrier, "Second line")).toContainText("Blue Ridge Logistics");

  // The thread is in view at the carrier's, so it counts as read there, and the desk sees by whom.
  await carrier.locator(".load-messages").scrollIntoViewIfNeeded();
  const name = (await server.call("carrier1@blueridge.demo", "auth/me")).body.data.name;
  await expect(said(desk, "Second line")).toContainText(`Read by`);
  await expect(said(desk, "Second line")).toContainText(name);

  await composer(desk).getByRole("radio", { name: "Staff note" }).check();
  await expect(composer(desk)).toContainText("Not shown to carrier or driver");
  await field(desk).fill("They always say so");
  await field(desk).press("Enter");
  await expect(said(colleague, "They always say so")).toContainText("Staff note");
  await field(carrier).fill("At the gate.");
  await composer(carrier).getByRole("button", { name: "Send" }).click();
  await expect(said(desk, "At the gate.")).toBeVisible();
  await expect(said(carrier, "At the gate.")).toContainText("Sent");
  await expect(said(carrier, "They always say so")).toHaveCount(0);
  await desk.locator(".load-messages").scrollIntoViewIfNeeded();
  await desk.screenshot({ path: `${SHOTS}/messages-load.png` });
  await axe(desk);
  await axe(carrier);
});

test("what is unread is counted, found and marked, the same in all browsers of a user", async ({ browser, server }) => {
  const load = await given(server, "Unread Foods");
  const one = await at(browser, server, "dispatch2@blueridge.demo");
  const other = await at(browser, server, "dispatch2@blueridge.demo");
  for (const page of [one, other]) {
    await page.goto(`${server.url}/carriers`);
    await live(page);
  }
  const badge = (page: Page) => page.locator(".rail .badge");
  await expect(badge(one), "the demo has unread threads").toBeVisible();
  const before = Number((await badge(one).locator("[aria-hidden]").innerText()));
  for (let number = 1; number <= 30; number++) {
    await server.call("carrier1@blueridge.demo", "messages", {
      loadId: load.id, audience: "everyone", text: `Report ${number}.`, clientKey: crypto.randomUUID(),
    });
  }
  for (const page of [one, other]) await expect(badge(page)).toContainText(String(before + 1));

  await one.keyboard.press("g");
  await one.keyboard.press("m");
  await expect(one).toHaveURL(/\/messages$/);
  const row = one.locator(".threads a").first();
  await expect(row).toContainText(load.loadNumber);
  await expect(row).toContainText("30 unread messages");
  await axe(one);
  await row.click();
  await expect(one.locator(".new-line"), "reading begins where it was left").toBeVisible();
  await expect(one.getByRole("button", { name: "30 new" })).toBeVisible();
  await one.screenshot({ path: `${SHOTS}/messages-unread.png` });
  await one.getByRole("button", { name: "30 new" }).click();
  await expect(said(one, "Report 30.")).toBeInViewport();
  for (const page of [one, other]) await expect(badge(page)).toContainText(String(before));
  await expect(row).not.toContainText("unread");

  await one.getByRole("searchbox", { name: "Load, carrier or words" }).fill("report 17");
  await one.keyboard.press("Enter");
  await expect(one).toHaveURL(/q=report/);
  await expect(one.locator(".threads a")).toHaveCount(1);
  await axe(one);
});

test("what is written without a network waits, survives a reload and goes out once and in order", async ({ browser, server }) => {
  const load = await given(server, "Offline Foods");
  const desk = await at(browser, server, "dispatch1@blueridge.demo");
  const carrier = await at(browser, server, "carrier1@blueridge.demo");
  for (const page of [desk, carrier]) {
    await page.goto(`${server.url}/messages?load=${load.id}`);
    await live(page);
  }
  await desk.route("**/api/v1/messages", (route) => (route.request().method() === "POST" ? route.abort() : route.continue()));
  for (const text of ["First words", "Second words", "Third words"]) {
    await field(desk).fill(text);
    await field(desk).press("Enter");
  }
  await expect(desk.locator("li.waits")).toHaveCount(3);
  await expect(desk.locator("li.waits").first()).toContainText("Waiting for the network");
  await desk.reload();
  await expect(desk.locator("li.waits")).toHaveCount(3);

  // Somebody else signs in at the same browser: nothing of it goes out in their name.
  const context = desk.context();
  const second = await context.newPage();
  const cookies = await context.cookies();
  await context.clearCookies();
  await second.goto(`${server.url}/login`);
  await second.locator("input[type=email]").fill("ops@blueridge.demo");
  await second.locator("input[type=password]").fill("demo-password");
  await second.locator("form.form button").click();
  await second.waitForURL((url) => !url.pathname.startsWith("/login"));
  await second.goto(`${server.url}/messages?load=${load.id}`);
  await live(second);
  await expect(second.locator("li.waits")).toHaveCount(0);
  await expect(second.locator("li.said")).toHaveCount(0);
  await second.close();
  await context.clearCookies();
  await context.addCookies(cookies);

  await desk.unroute("**/api/v1/messages");
  // The first answer is lost on its way, so that the page sends the same message again.
  let lost = false;
  await desk.route("**/api/v1/messages", async (route) => {
    if (route.request().method() !== "POST" || lost) return route.continue();
    lost = true;
    await route.fetch();
    await route.abort();
  });
  const texts = () => carrier.locator("li.said .text").allInnerTexts();
  await expect.poll(texts, { timeout: 20_000 }).toEqual(["First words", "Second words", "Third words"]);
  await expect(desk.locator("li.waits")).toHaveCount(0);
  await expect(desk.locator("li.said")).toHaveCount(3);
});

test("what the server doesn't take stays with its writer, to be sent again or given up", async ({ browser, server }) => {
  const load = await given(server, "Refused Foods");
  const carrier = await at(browser, server, "carrier1@blueridge.demo");
  await carrier.goto(`${server.url}/loads/${load.id}`);
  await live(carrier);
  await carrier.route("**/api/v1/messages", (route) =>
    route.request().method() === "POST"
      ? route.fulfill({ status: 403, contentType: "application/json", body: '{"error":{"code":"forbidden","message":"No."}}' })
      : route.continue(),
  );
  await field(carrier).fill("Taken at last");
  await field(carrier).press("Enter");
  const waits = carrier.locator("li.waits");
  await expect(waits).toContainText("Not sent");
  await carrier.unroute("**/api/v1/messages");
  await waits.getByRole("button", { name: "Try again" }).click();
  await expect(waits).toHaveCount(0);
  await expect(said(carrier, "Taken at last")).toContainText("Sent");
});

test("on a phone the threads stand above what is read, and nothing runs out of the screen", async ({ browser, server }) => {
  const load = await given(server, "Pocket Foods");
  await server.call("ops@blueridge.demo", "messages", {
    loadId: load.id, audience: "staff", text: `Long${"o".repeat(200)}word`, clientKey: crypto.randomUUID(),
  });
  const page = await at(browser, server, "dispatch1@blueridge.demo", { viewport: { width: 390, height: 844 } });
  for (const path of ["/messages", `/messages?load=${load.id}`, `/loads/${load.id}`]) {
    await page.goto(`${server.url}${path}`);
    await live(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  }
  await page.goto(`${server.url}/messages?load=${load.id}`);
  await live(page);
  await page.screenshot({ path: `${SHOTS}/messages-phone.png` });
  await axe(page);
});

test("a colleague is named from a list, and sees it marked", async ({ browser, server }) => {
  const load = await given(server, "Mention Foods");
  const desk = await at(browser, server, "dispatch1@blueridge.demo");
  const other = (await server.call("dispatch2@blueridge.demo", "auth/me")).body.data.name;
  await desk.goto(`${server.url}/loads/${load.id}`);
  await live(desk);
  await field(desk).pressSequentially(`@${other.slice(0, 3)}`);
  await composer(desk).getByRole("button", { name: `@${other}` }).click();
  await field(desk).pressSequentially("please look");
  await field(desk).press("Enter");
  await expect(said(desk, "please look")).toContainText(`@${other} please look`);
  const colleague = await at(browser, server, "dispatch2@blueridge.demo");
  await colleague.goto(`${server.url}/messages?load=${load.id}`);
  await live(colleague);
  await expect(said(colleague, "please look")).toContainText("You are named");
});
