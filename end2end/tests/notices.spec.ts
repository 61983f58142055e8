import AxeBuilder from "@axe-core/playwright";
import { type Page } from "@playwright/test";
import { at, cut, expect, live, test } from "./desk";

const SHOTS = `${import.meta.dirname}/../../target/shots`;

/** Enters a load that somebody looks after themselves. */
async function own(server: any, as: string, customerName: string): Promise<any> {
  const hours = (n: number) => new Date(Date.now() + n * 3_600_000).toISOString();
  const stop = (kind: string, city: string, state: string, n: number) => ({
    kind, city, state, facility: "Dock", windowStart: hours(n), windowEnd: hours(n + 2),
  });
  const stops = [stop("PICKUP", "Atlanta", "GA", 30), stop("DELIVERY", "Richmond", "VA", 42)];
  return (await server.call(as, "loads", { customerName, equipment: "DRY_VAN", stops })).body.data;
}

/** A colleague takes a load over. */
const take = (server: any, as: string, load: any) =>
  server.call(as, "loads/bulk", { loads: [{ loadId: load.id, version: load.version }], action: { kind: "take" } });

const bell = (page: Page) => page.locator("button.bell");
const drawer = (page: Page) => page.getByRole("dialog", { name: /Notices|How you are told/ });
const shows = async (page: Page, unread: number) =>
  expect(bell(page)).toHaveAccessibleName(unread === 0 ? "Notices: none unread" : `Notices: ${unread} unread`);

async function isAccessible(page: Page) {
  const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
  expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(" ")}`)).toEqual([]);
}

test("what a colleague does to my load comes to all of my browsers, and what I read is read in all of them", async ({ browser, server }) => {
  const me = "dispatch1@blueridge.demo";
  const [one, other] = [await at(browser, server, me), await at(browser, server, me)];
  await other.goto(`${server.url}/dispatch`);
  for (const page of [one, other]) await live(page);
  const before = (await server.call(me, "notifications/unread")).body.data.unread;
  expect(before, "the demo begins with some").toBeGreaterThan(0);
  for (const page of [one, other]) await shows(page, before);

  const load = await own(server, me, "Taken Over Foods");
  await take(server, "dispatch2@blueridge.demo", load);
  const words = `Marcus Tolliver took over ${load.loadNumber}`;
  for (const page of [one, other]) {
    await expect(page.locator(".told").getByRole("link", { name: words })).toBeVisible();
    await shows(page, before + 1);
  }
  await one.screenshot({ path: `${SHOTS}/notices-toast.png` });

  await bell(one).focus();
  await one.keyboard.press("Enter");
  const list = drawer(one);
  await expect(list.getByRole("heading", { name: "Today" })).toBeVisible();
  const notice = list.locator(".notice", { hasText: words });
  await expect(notice).toHaveClass(/unread/);
  await one.screenshot({ path: `${SHOTS}/notices.png` });
  await isAccessible(one);
  await notice.locator(".what").focus();
  await one.keyboard.press("m");
  await expect(notice).not.toHaveClass(/unread/);
  for (const page of [one, other]) await shows(page, before);
  await one.keyboard.press("Shift+M");
  for (const page of [one, other]) await shows(page, 0);
  await list.getByRole("button", { name: "Unread" }).click();
  await expect(list.getByText("You have read everything")).toBeVisible();
  await one.keyboard.press("Escape");
  await expect(list).toHaveCount(0);
  await expect(bell(one), "the keyboard is where it was").toBeFocused();

  const next = await own(server, me, "Taken Too Foods");
  await take(server, "dispatch2@blueridge.demo", next);
  await shows(other, 1);
  await bell(other).click();
  await drawer(other).locator(".what", { hasText: `took over ${next.loadNumber}` }).click();
  await expect(other).toHaveURL(new RegExp(`/loads/${next.id}$`));
  await expect(drawer(other)).toHaveCount(0);
  for (const page of [one, other]) await shows(page, 0);
});

test("several of a kind are one notice, and one's own doing is none", async ({ browser, server }) => {
  const me = "dispatch1@prairie.demo";
  const page = await at(browser, server, me);
  await live(page);
  await server.call(me, "notifications/read", { all: true });
  await shows(page, 0);
  const loads = [];
  for (const name of ["One", "Two", "Three"]) loads.push(await own(server, me, `${name} Foods`));
  await take(server, me, loads[0]);
  for (const load of loads) await take(server, "dispatch2@prairie.demo", load);
  await shows(page, 1);
  await bell(page).click();
  const notice = drawer(page).locator(".notice.unread");
  await expect(notice).toContainText("3 of your loads were taken over");
  for (const load of loads) await expect(notice.getByRole("link", { name: load.loadNumber })).toBeVisible();
  await notice.getByRole("button", { name: /Mark as read/ }).click();
  await shows(page, 0);
  await expect(drawer(page).locator(".notice", { hasText: "3 of your loads" }).locator(".what")).toBeFocused();
});

test("a carrier is told of offers on a phone, and of nothing more once that is switched off", async ({ browser, server }) => {
  const me = "carrier1@prairie.demo";
  const page = await at(browser, server, me, { viewport: { width: 390, height: 844 }, colorScheme: "dark" });
  await live(page);
  const carrierId = (await server.call(me, "auth/me")).body.data.carrierId;
  const offer = async (name: string) => {
    const load = await own(server, "dispatch1@prairie.demo", name);
    const ask = { loadId: load.id, version: load.version, carrierIds: [carrierId], carrierRateCents: 150_000 };
    expect((await server.call("dispatch1@prairie.demo", "loads/tender", ask)).status).toBe(200);
    return load;
  };
  await shows(page, 0);
  const load = await offer("Offered Foods");
  await shows(page, 1);
  await bell(page).click();
  await expect(drawer(page).locator(".notice")).toContainText(`You are offered ${load.loadNumber}`);
  await expect.poll(async () => {
    const box = await drawer(page).boundingBox();
    return [Math.round(box!.x), Math.round(box!.width)];
  }, "it takes the whole width").toEqual([0, 390]);
  await page.screenshot({ path: `${SHOTS}/notices-390.png` });
  await isAccessible(page);

  await drawer(page).getByRole("button", { name: "How you are told" }).click();
  const settings = drawer(page).locator("form.settings");
  await settings.getByLabel("We are offered a load").uncheck();
  await settings.getByLabel("Show nothing by itself at these hours").check();
  await settings.getByLabel("From").fill("21:30");
  await settings.getByLabel("Until").fill("21:30");
  await settings.getByRole("button", { name: "Save" }).click();
  await expect(settings.getByRole("alert")).toContainText("two different times");
  await expect(settings.getByLabel("From"), "what was typed stays").toHaveValue("21:30");
  await settings.getByLabel("Until").fill("05:15");
  await page.screenshot({ path: `${SHOTS}/notices-settings-390.png` });
  await isAccessible(page);
  await settings.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("How you are told is saved")).toBeAttached();
  const kept = (await server.call(me, "notifications/preferences")).body.data;
  expect([kept.off, kept.quiet.fromMin, kept.quiet.untilMin]).toEqual([["tender_offered"], 1290, 315]);
  await page.reload();
  await live(page);
  await bell(page).click();
  await drawer(page).getByRole("button", { name: "How you are told" }).click();
  await expect(settings.getByLabel("Until")).toHaveValue("05:15");
  await expect(settings.getByLabel("We are offered a load")).not.toBeChecked();
  const silent = await offer("Silent Foods");
  await expect(page.locator(`[data-offer="${silent.loadNumber}"]`)).toBeAttached();
  await shows(page, 1);
});

test("an empty list says so, a list that can't be read is asked for again, and what came meanwhile is there", async ({ browser, server }) => {
  const nobody = await at(browser, server, "readonly@blueridge.demo");
  await live(nobody);
  await bell(nobody).click();
  await expect(drawer(nobody).getByText("Nothing to tell yet")).toBeVisible();
  await nobody.getByRole("button", { name: "How you are told" }).click();
  await expect(drawer(nobody).getByText("There are no notices for your role")).toBeVisible();

  const me = "dispatch2@blueridge.demo";
  const page = await at(browser, server, me);
  await live(page);
  await server.call(me, "notifications/read", { all: true });
  await shows(page, 0);
  await page.route("**/api/v1/notifications?*", (route) => route.abort());
  await page.route("**/api/v1/notifications", (route) => route.abort());
  await bell(page).click();
  await expect(drawer(page).getByRole("alert")).toBeVisible();
  await page.unrouteAll();
  await drawer(page).getByRole("button", { name: "Try again" }).click();
  await expect(drawer(page).locator(".notice").first()).toBeVisible();
  await expect(drawer(page).getByRole("alert")).toHaveCount(0);

  await cut(page);
  await expect(drawer(page).getByText("No connection")).toBeVisible({ timeout: 60_000 });
  await expect(drawer(page).locator(".notice").first(), "what was there stays").toBeVisible();
  await take(server, "dispatch1@blueridge.demo", await own(server, me, "Missed Foods"));
  await page.context().setOffline(false);
  await shows(page, 1);
  await expect(drawer(page).locator(".notice.unread")).toContainText("Dana Kessler took over");
});
