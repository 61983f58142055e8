import { type Page } from "@playwright/test";
import { at, card, enter, expect, lane, live, loadIn, test } from "./desk";

/** Chooses a carrier in the open dialog and sends it. */
async function assign(page: Page, rate: string) {
  const dialog = page.getByRole("dialog");
  await dialog.locator("select#carrier").selectOption({ index: 1 });
  await dialog.getByLabel("Carrier rate, $").fill(rate);
  await page.keyboard.press("Enter");
  await expect(dialog).toHaveCount(0);
}

/** Offers a load to the first carrier of the open dialog. */
async function tender(page: Page, rate: string) {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("checkbox").first().check();
  await dialog.getByLabel("Carrier rate, $").fill(rate);
  await page.keyboard.press("Enter");
  await expect(dialog).toHaveCount(0);
}

test("the keyboard stays with a card whatever becomes of it", async ({ browser, server }) => {
  const page = await at(browser, server, "ops@blueridge.demo");
  const load = await enter(server, "Kept Keys");
  await page.goto(`${server.url}/dispatch`);
  await live(page);
  const own = card(page, load.loadNumber);

  await own.focus();
  await page.keyboard.press("]");
  await tender(page, "1850");
  await expect(lane(page, "Tendered").locator(`[data-load="${load.loadNumber}"]`)).toBeFocused();

  await page.keyboard.press("Control+z");
  await expect(lane(page, "Unassigned").locator(`[data-load="${load.loadNumber}"]`)).toBeFocused();

  await page.keyboard.press("a");
  await page.getByRole("dialog").getByLabel("Carrier rate, $").press("Escape");
  await expect(own).toBeFocused();

  await page.keyboard.press("s");
  await page.getByRole("menuitem", { name: "Cancel load" }).press("Enter");
  await page.getByRole("dialog").getByLabel("Reason").press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(own).toBeFocused();

  await page.keyboard.press("Escape");
  await expect(page.locator("#main")).toBeFocused();
  await own.focus();
  await page.keyboard.press("s");
  await page.getByRole("menuitem", { name: "Cancel load" }).press("Enter");
  await page.getByRole("dialog").getByLabel("Reason").fill("Customer withdrew");
  await page.getByRole("dialog").getByRole("button", { name: "Cancel load" }).press("Enter");
  await expect(own).toHaveCount(0);
  await expect(page.locator("li.card:focus"), "a neighbour has it").toHaveCount(1);
});

test("a move that could not be sent brings card and keyboard back", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  const load = await loadIn(server, "DISPATCHED");
  await page.goto(`${server.url}/dispatch`);
  await live(page);
  await page.route(/\/api\/v1\/loads\/status/, (route) => route.abort("internetdisconnected"));

  await card(page, load.loadNumber).focus();
  await page.keyboard.press("]");
  await expect(page.getByRole("alert")).toContainText("Nothing was changed");
  await expect(lane(page, "Dispatched").locator(`[data-load="${load.loadNumber}"]`)).toBeFocused();
});

test("another page begins at its heading, and the way back at the load", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  await page.goto(`${server.url}/loads`);
  await live(page);

  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const row = page.locator("table.list tbody tr").nth(1).locator("a.num");
  const number = (await row.textContent())!;
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: number })).toBeFocused();
  await page.goBack();
  await expect(page.locator("table.list a.num", { hasText: number })).toBeFocused();

  await page.keyboard.press("g");
  await page.keyboard.press("b");
  await expect(page.getByRole("heading", { level: 1, name: "Dispatch" })).toBeFocused();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const open = (await page.locator("li.card:focus").getAttribute("data-load"))!;
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: open })).toBeFocused();
  await page.goBack();
  await expect(card(page, open)).toBeFocused();
});

test("turning the page of the list keeps the keyboard at its foot", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  await page.goto(`${server.url}/loads?view=all&size=50`);
  await live(page);
  await page.getByRole("link", { name: "Next page" }).focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/page=2/);
  await expect(page.getByRole("link", { name: "Previous page" })).toBeVisible();
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).not.toBe("BODY");
});

test("the dialog of a menu on the load's page leads back to the menu's button", async ({ browser, server }) => {
  const page = await at(browser, server, "ops@blueridge.demo");
  const load = await enter(server, "More Menu");
  await page.goto(`${server.url}/loads/${load.id}`);
  await live(page);
  await page.locator("summary", { hasText: "More" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Cancel load" }).press("Enter");
  await page.getByRole("dialog").getByLabel("Reason").press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.locator("summary", { hasText: "More" })).toBeFocused();
});

test("what was typed of a new load is not thrown away unasked", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  await page.goto(`${server.url}/loads`);
  await live(page);
  const dialog = page.getByRole("dialog");
  await page.keyboard.press("n");
  // The dialogs' code is a part of its own, and may still be on its way.
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog, "nothing was typed").toHaveCount(0);

  await page.keyboard.press("n");
  await dialog.getByLabel("Customer", { exact: true }).pressSequentially("Harbor Paper");
  await page.keyboard.press("Escape");
  await expect(dialog.getByRole("button", { name: "Write on" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(dialog.getByLabel("Customer", { exact: true })).toHaveValue("Harbor Paper");
  const asked = page.waitForEvent("dialog");
  await page.evaluate(() => void setTimeout(() => location.reload()));
  const question = await asked;
  expect(question.type()).toBe("beforeunload");
  await question.dismiss();
  await expect(dialog.getByLabel("Customer", { exact: true })).toHaveValue("Harbor Paper");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await dialog.getByRole("button", { name: "Throw away" }).click();
  await expect(dialog).toHaveCount(0);
});

test("who gives a load away that a colleague has just given away is told, and so is the colleague", async ({ browser, server }) => {
  const dana = await at(browser, server, "dispatch1@blueridge.demo");
  const marcus = await at(browser, server, "dispatch2@blueridge.demo");
  const load = await enter(server, "Two Tenders");
  for (const page of [dana, marcus]) {
    await page.goto(`${server.url}/loads/${load.id}`);
    await live(page);
    await page.getByRole("button", { name: "Assign", exact: true }).click();
    await expect(page.getByRole("dialog").locator("select#carrier")).toBeVisible();
  }
  const choose = async (page: Page, index: number) => {
    const select = page.getByRole("dialog").locator("select#carrier");
    await select.selectOption({ index });
    await page.getByRole("dialog").getByLabel("Carrier rate, $").fill("2222");
    return (await select.locator("option:checked").textContent())!.split(" · ")[0];
  };
  const theirs = await choose(dana, 2);
  const first = await choose(marcus, 1);
  await marcus.getByRole("dialog").getByRole("button", { name: "Assign", exact: true }).click();
  await expect(marcus.getByRole("dialog")).toHaveCount(0);

  const dialog = dana.getByRole("dialog");
  await expect(dialog.getByRole("alert").first()).toContainText(`Marcus Tolliver changed it just now: ${first}`);
  await expect(dialog.getByRole("button", { name: `Keep ${first}` })).toBeVisible();
  await expect(dialog.getByLabel("Carrier rate, $")).toHaveValue("2222");
  await expect(async () => {
    // One click may have been too soon, and one may still be on its way.
    const replace = dialog.getByRole("button", { name: `Replace ${first}` });
    if (await replace.count()) await replace.click({ timeout: 1_000 });
    await expect(dialog).toHaveCount(0, { timeout: 1_000 });
  }).toPass();
  await expect(marcus.getByRole("alert")).toContainText(`gave ${load.loadNumber} to ${theirs} after you`);
});
