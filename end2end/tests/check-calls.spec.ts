import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { at, expect, live, test } from "./desk";

const SHOTS = `${import.meta.dirname}/../../target/shots`;
const SIZES = [[1440, 900], [768, 1024], [390, 844]];

/** Looks at a page at every size, light and dark. */
async function look(page: Page, name: string) {
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(wide, `${name} at ${width} scrolls sideways`).toBeLessThanOrEqual(0);
      const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
      const faults = found.violations.map((v) => `${name} ${width} ${colorScheme} ${v.id}: ${v.nodes.map((n) => n.target).join(" ")}`);
      expect(faults).toEqual([]);
      await page.screenshot({ path: `${SHOTS}/${name}-${width}-${colorScheme}.png` });
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
}

test("a call is logged by keys alone, others see it at once, and its notes are changed and the call taken out", async ({ browser, server }) => {
  // A truck that was heard of near a town.
  const { body: listed } = await server.call("ops@blueridge.demo", "loads?status=IN_TRANSIT&size=100&sort=loadNumber");
  let load = listed.data[0];
  for (load of listed.data) {
    if ((await server.call("ops@blueridge.demo", `check-calls?loadId=${load.id}`)).body.near) break;
  }
  const desk = await at(browser, server, "dispatch1@blueridge.demo");
  const admin = await at(browser, server, "admin@blueridge.demo");
  for (const page of [desk, admin]) {
    await page.goto(`${server.url}/loads/${load.id}`);
    await live(page);
  }
  const calls = (page: Page) => page.getByRole("region", { name: "Check calls" }).or(page.locator("#check-calls"));

  await desk.keyboard.press("c");
  const form = desk.getByRole("dialog", { name: `Log a call for ${load.loadNumber}` });
  const town = form.getByLabel("City and state");
  await expect(town, "filled in from the truck's position").not.toHaveValue("");
  await expect(town, "writing starts here").toBeFocused();
  await look(desk, "log-call");
  await town.fill("Nowhere");
  await desk.keyboard.press("Enter");
  await expect(town).toHaveAttribute("aria-invalid", "true");
  await town.fill("Salina, KS");
  await form.getByRole("button", { name: "Running late" }).press("Enter");
  await form.getByRole("textbox", { name: "Notes" }).fill("Snow on the pass <b>slow</b>");
  await form.getByRole("button", { name: "Log call" }).press("Enter");
  await expect(form).toBeHidden();

  const line = calls(admin).locator(".call").filter({ hasText: "Snow on the pass" });
  await expect(line, "the other browser shows it without a reload").toContainText("Salina, KS");
  await expect(line).toContainText("Delay");
  await expect(line, "markup is text").toContainText("<b>slow</b>");
  await expect(calls(admin).getByRole("button", { name: "Change the notes" }), "not one's own").toHaveCount(0);

  await calls(desk).getByRole("button", { name: "Change the notes" }).click();
  await calls(desk).getByRole("textbox", { name: "Notes" }).fill("Snow, then clear");
  await calls(desk).getByRole("button", { name: "Save" }).click();
  await expect(calls(admin)).toContainText("Snow, then clear");
  await expect(calls(admin)).toContainText("edited");
  await calls(admin).scrollIntoViewIfNeeded();
  await admin.screenshot({ path: `${SHOTS}/calls-of-load-1440.png` });

  const changed = calls(admin).locator(".call").filter({ hasText: "Snow, then clear" });
  await changed.getByRole("button", { name: "Remove the call from Salina, KS" }).click();
  await changed.getByRole("button", { name: "Take out" }).click();
  await expect(calls(desk)).not.toContainText("Snow, then clear");
});

test("who must be called stands in one list, and whoever has called takes the load out of everybody's", async ({ browser, server }) => {
  const one = await at(browser, server, "dispatch1@blueridge.demo");
  const other = await at(browser, server, "dispatch2@blueridge.demo");
  await one.goto(`${server.url}/loads`);
  await live(one);
  await one.keyboard.press("g");
  await one.keyboard.press("k");
  await expect(one).toHaveURL(`${server.url}/check-calls`);
  await other.goto(`${server.url}/check-calls`);
  await live(other);
  const overdue = (page: Page) => page.locator(".calls-counts li").first().locator("b");
  const before = Number(await overdue(other).textContent());
  expect(before, "the demo's drivers are not all heard of").toBeGreaterThan(0);
  await look(one, "check-calls");

  const row = one.locator("tbody tr").first();
  await expect(row).toContainText("overdue");
  const number = (await row.locator("a.num").textContent())!;
  await row.getByRole("button", { name: `Log a call for ${number}` }).click();
  const form = one.getByRole("dialog", { name: `Log a call for ${number}` });
  await form.getByLabel("City and state").fill("Salina, KS");
  await form.getByRole("button", { name: "Log call" }).click();
  await expect(form).toBeHidden();
  for (const page of [one, other]) {
    await expect(page.locator("tbody a.num", { hasText: number })).toHaveCount(0);
    await expect(overdue(page)).toHaveText(String(before - 1));
  }

  await one.getByRole("link", { name: "Mine", exact: true }).click();
  await expect(one).toHaveURL(/show=mine/);
  const carrier = await at(browser, server, "carrier1@blueridge.demo");
  await carrier.goto(`${server.url}/check-calls`);
  await expect(carrier.locator("tbody tr"), "the desk's list is the desk's").toHaveCount(0);
});
