import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { at, enter, expect, live, test } from "./desk";

const SHOTS = `${import.meta.dirname}/../../target/shots`;
const dialog = (page: Page) => page.getByRole("dialog");
const save = (page: Page) => dialog(page).getByRole("button", { name: "Save", exact: true });

test("two people edit a load at once: other fields just appear, the same one is asked", async ({ browser, server }) => {
  const load = await enter(server, "Edited Eggs");
  const one = await at(browser, server, "ops@blueridge.demo");
  const two = await at(browser, server, "dispatch1@blueridge.demo");
  for (const page of [one, two]) {
    await page.goto(`${server.url}/loads/${load.id}`);
    await live(page);
    await page.keyboard.press("e");
    await expect(dialog(page).getByLabel("Customer", { exact: true })).toHaveValue("Edited Eggs");
  }
  await dialog(one).getByLabel("Commodity").fill("Brown eggs");
  await dialog(one).getByLabel("Weight, lb").fill("31,500");
  await dialog(two).getByLabel("Commodity").fill("White eggs");
  await dialog(two).getByLabel("Notes for the desk").fill("Ask for dock 9");
  await save(one).click();
  await expect(dialog(one)).toHaveCount(0);

  await expect(dialog(two).getByLabel("Weight, lb"), "what was not touched follows").toHaveValue("31500");
  const asked = dialog(two).locator(".contested");
  await expect(asked).toContainText("has made this “Brown eggs”");
  await expect(asked).toContainText("Renee Calloway");
  await expect(dialog(two).getByLabel("Commodity"), "what was typed stays").toHaveValue("White eggs");
  await save(two).click();
  await expect(dialog(two).getByText("Choose at each field that is marked")).toBeVisible();
  for (const [width, height] of [[1440, 900], [768, 1024], [390, 844]]) {
    await two.setViewportSize({ width, height });
    await two.screenshot({ path: `${SHOTS}/edit-${width}.png` });
  }
  for (const colorScheme of ["light", "dark"] as const) {
    await two.emulateMedia({ colorScheme });
    const found = await new AxeBuilder({ page: two }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
    expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(" ")}`)).toEqual([]);
  }
  await two.screenshot({ path: `${SHOTS}/edit-dark-390.png` });
  await asked.getByRole("button", { name: "Keep mine" }).click();
  await expect(asked).toHaveCount(0);
  await save(two).click();
  await expect(dialog(two)).toHaveCount(0);
  await expect(one.getByText("White eggs"), "and the other sees it without a reload").toBeVisible();
  const { body } = await server.call("ops@blueridge.demo", `loads/one?id=${load.id}`);
  expect(body.data).toMatchObject({ commodity: "White eggs", weightLbs: 31_500, notes: "Ask for dock 9" });
});

test("an appointment is moved on the stop's own clock, and taken back by the key", async ({ browser, server }) => {
  const load = await enter(server, "Moved Melons");
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  await page.goto(`${server.url}/dispatch`);
  await live(page);
  await page.locator(`[data-load="${load.loadNumber}"]`).focus();
  await page.keyboard.press("e");
  const delivery = dialog(page).getByRole("group").last();
  const closes = delivery.getByLabel("Window closes");
  const before = await closes.inputValue();
  const opens = await delivery.getByLabel("Window opens").inputValue();
  await closes.fill(opens.replace(/T.*/, "T00:00"));
  await delivery.getByLabel("Window opens").fill(opens.replace(/T.*/, "T23:00"));
  await save(page).click();
  await expect(dialog(page).getByText("This window closes before it opens.")).toBeVisible();
  await expect(closes).toBeFocused();
  await delivery.getByLabel("Window opens").fill(opens);
  await closes.fill(before.replace(/T.*/, "T23:30"));
  await save(page).click();
  await expect(dialog(page)).toHaveCount(0);
  const stops = async () => (await server.call("ops@blueridge.demo", `loads/one?id=${load.id}`)).body.data;
  expect((await stops()).load.delivery.end).not.toBe(load.delivery.end);
  await page.keyboard.press("Control+z");
  await expect(page.getByText(`${load.loadNumber} is as it was before`)).toBeVisible();
  expect((await stops()).load.delivery.end).toBe(load.delivery.end);

  const onlooker = await at(browser, server, "readonly@blueridge.demo");
  await onlooker.goto(`${server.url}/loads/${load.id}`);
  await live(onlooker);
  await expect(onlooker.getByText("Changed: appointment")).toBeVisible();
  await expect(onlooker.getByRole("button", { name: "Edit" })).toHaveCount(0);
  await onlooker.keyboard.press("e");
  await expect(dialog(onlooker)).toHaveCount(0);
});
