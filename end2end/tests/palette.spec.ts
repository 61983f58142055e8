import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { at, cut, enter, expect, live, test } from "./desk";

const SHOTS = `${import.meta.dirname}/../../target/shots`;
const palette = (page: Page) => page.getByRole("dialog", { name: "What do you want to do?" });
const field = (page: Page) => palette(page).getByRole("combobox");
const chosen = (page: Page) => palette(page).getByRole("option", { selected: true });

test("a load is found by a few letters and opened, all by keys", async ({ browser, server }) => {
  const load = await enter(server, "Palette Provisions");
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  await page.goto(`${server.url}/tracking`);
  await live(page);
  await page.keyboard.press("Control+k");
  await expect(field(page)).toBeFocused();
  await page.keyboard.type("palette prov");
  await expect(chosen(page)).toContainText(load.loadNumber);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`${server.url}/loads/${load.id}`);
  await expect(palette(page)).toHaveCount(0);

  await page.keyboard.press("Control+k");
  await page.keyboard.type("go to board");
  await expect(chosen(page)).toHaveCount(0);
  await expect(palette(page).getByText("Nothing of that name")).toBeVisible();
  await field(page).fill("dispatch");
  await expect(palette(page).getByRole("option", { name: /^Go to Dispatch/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(palette(page)).toHaveCount(0);
});

test("what can be done to the load in hand stands first, and is done", async ({ browser, server }) => {
  const load = await enter(server, "In Hand Hardware");
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  await page.goto(`${server.url}/loads?q=${encodeURIComponent("In Hand Hardware")}`);
  await live(page);
  const row = page.locator("tbody a.num", { hasText: load.loadNumber });
  await row.focus();
  await page.keyboard.press("Control+k");
  await expect(palette(page).getByRole("group").first()).toHaveAttribute("aria-label", load.loadNumber);
  await page.keyboard.type("assign");
  await expect(chosen(page)).toContainText("Assign");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog").getByRole("heading")).toContainText(load.loadNumber);
  await expect(palette(page)).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(row, "the keyboard is where it was").toBeFocused();
});

test("it opens while a text is written, keeps that, and says when loads can't be searched", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  await page.goto(`${server.url}/loads`);
  await live(page);
  await page.keyboard.press("/");
  const search = page.getByRole("search").getByRole("searchbox");
  await expect(search).toBeFocused();
  await page.keyboard.type("Ren");
  await page.keyboard.press("Control+k");
  await expect(field(page)).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(search).toBeFocused();
  await expect(search).toHaveValue("Ren");

  await page.keyboard.press("Control+k");
  await cut(page);
  await page.keyboard.type("atlanta");
  await expect(palette(page).getByText("the server can't be reached")).toBeVisible();
  await expect(palette(page).getByRole("option").first(), "what the page knows is still found").toContainText("Atlanta");
});

test("one list feeds the keys, their map and the palette, by role", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  await page.goto(`${server.url}/carriers`);
  await live(page);
  await page.keyboard.press("n");
  await expect(page.getByRole("dialog").getByRole("heading", { name: "New load" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Your account/ }).click();
  await page.getByRole("button", { name: "Find what to do" }).click();
  await expect(field(page)).toBeFocused();
  for (const [width, height] of [[1440, 900], [768, 1024], [390, 844]]) {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: `${SHOTS}/palette-${width}.png` });
  }
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
    expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(" ")}`)).toEqual([]);
  }
  await page.screenshot({ path: `${SHOTS}/palette-dark-390.png` });
  const names = await palette(page).getByRole("option").allInnerTexts();
  await page.keyboard.press("Escape");
  await expect(palette(page)).toBeHidden();
  await page.keyboard.press("?");
  const map = page.getByRole("dialog", { name: "Keys" });
  for (const name of ["New load", "Go to Loads", "Go to Dispatch", "Undo your last change"]) {
    expect(names.some((said) => said.startsWith(name)), name).toBe(true);
    await expect(map.getByText(name)).toBeVisible();
  }

  const carrier = await at(browser, server, "carrier1@blueridge.demo");
  await live(carrier);
  await carrier.keyboard.press("Control+k");
  await expect(palette(carrier).getByRole("option", { name: /^Go to Loads/ })).toBeVisible();
  await expect(palette(carrier).getByRole("option", { name: /New load|Dispatch/ })).toHaveCount(0);
});

test("a filtered list is kept under a name, shared, found again and removed", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  await page.goto(`${server.url}/loads?view=at_risk&equipment=REEFER`);
  await live(page);
  const menu = page.locator(".views-menu");
  await menu.locator("summary").click();
  await expect(menu.getByText("Nothing saved yet")).toBeVisible();
  await menu.getByLabel("Save what is shown as").fill("Warm reefers");
  await menu.getByLabel("For all colleagues").check();
  await menu.getByRole("button", { name: "Save", exact: true }).click();
  const own = menu.getByRole("link", { name: /^Warm reefers/ });
  await expect(own).toHaveAttribute("aria-current", "true");
  await page.screenshot({ path: `${SHOTS}/views-1440.png` });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
    expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(" ")}`)).toEqual([]);
  }

  const colleague = await at(browser, server, "dispatch2@blueridge.demo");
  await live(colleague);
  await colleague.keyboard.press("Control+k");
  await expect(field(colleague)).toBeFocused();
  await colleague.keyboard.type("warm reef");
  await expect(chosen(colleague)).toContainText("Warm reefers");
  await colleague.keyboard.press("Enter");
  await expect(colleague).toHaveURL(/\/loads\?view=at_risk&equipment=REEFER$/);
  await colleague.setViewportSize({ width: 390, height: 844 });
  await colleague.locator(".views-menu summary").click();
  await expect(colleague.locator(".views-menu").getByText("Dana Kessler")).toBeVisible();
  await expect(colleague.locator(".views-menu").getByRole("button", { name: /Remove/ })).toHaveCount(0);
  await colleague.screenshot({ path: `${SHOTS}/views-390.png` });

  await menu.getByRole("button", { name: "Remove the view Warm reefers" }).click();
  await expect(own).toHaveCount(0);
  await page.goto(`${server.url}/dispatch?view=mine`);
  await live(page);
  await menu.locator("summary").click();
  await menu.getByLabel("Save what is shown as").fill("My board");
  await page.keyboard.press("Enter");
  await expect(menu.getByRole("link", { name: /^My board/ })).toHaveAttribute("href", "/dispatch?view=mine");
  await page.keyboard.press("Escape");
  await expect(menu.locator("summary")).toBeFocused();
});
