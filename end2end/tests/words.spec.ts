import { at, card, enter, expect, lane, live, loadIn, test } from "./desk";

test("a load with a carrier that was not asked yet says so, and the figures agree", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  const { body } = await server.call("ops@blueridge.demo", "carriers");
  const load = await enter(server, "Not Asked", 2);
  await server.call("ops@blueridge.demo", "loads/assign", {
    loadId: load.id, version: load.version, carrierId: body.data[0].id, carrierRateCents: 100_000,
  });
  await page.goto(`${server.url}/dispatch`);
  await live(page);

  await expect(card(page, load.loadNumber)).toContainText("Not tendered yet: pickup by");
  await expect(card(page, load.loadNumber)).not.toContainText("No carrier");
  const figure = Number(await page.locator(".kpis a", { hasText: "Unassigned" }).locator("b").textContent());
  await expect(lane(page, "Unassigned").getByRole("heading")).toHaveText(new RegExp(`^Unassigned ${figure} \\+ \\d+ to tender$`));
  await page.goto(`${server.url}/loads`);
  await live(page);
  await expect(page.locator(".views a", { hasText: "Unassigned" })).toHaveText(`Unassigned${figure}`);
});

test("a click on a row or a card opens it, and the way back leads to where one was", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  await page.goto(`${server.url}/loads?view=in_transit&sort=-delivery`);
  await live(page);
  const row = page.locator("table.list tbody tr").first();
  const number = (await row.locator("a.num").textContent())!;
  await row.locator("td.c-status").click();
  await expect(page.getByRole("heading", { level: 1, name: number })).toBeVisible();
  await page.getByRole("link", { name: "Back to Loads" }).click();
  await expect(page).toHaveURL(/view=in_transit&sort=-delivery/);

  await page.goto(`${server.url}/dispatch?view=mine`);
  await live(page);
  const first = page.locator("li.card").first();
  const open = (await first.getAttribute("data-load"))!;
  await first.locator(".r4 .eq").click();
  await expect(page.getByRole("heading", { level: 1, name: open })).toBeVisible();
  await page.getByRole("link", { name: "Back to Dispatch" }).click();
  await expect(page).toHaveURL(/dispatch\?view=mine/);
});

test("one's own new load is in the list at once, and its notice leads to it", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  await page.goto(`${server.url}/loads?sort=-updated`);
  await live(page);
  await page.keyboard.press("n");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Customer", { exact: true }).fill("Own Load Co");
  const days = (n: number) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);
  await dialog.getByLabel("City and state").nth(0).fill("Kansas City, MO");
  await dialog.getByLabel("City and state").nth(1).fill("Denver, CO");
  const times = dialog.locator('input[type="datetime-local"]');
  for (const [place, at] of [`${days(2)}T08:00`, `${days(2)}T12:00`, `${days(3)}T09:00`, `${days(3)}T15:00`].entries()) {
    await times.nth(place).fill(at);
  }
  await dialog.getByLabel("Weight, lb").fill("42,000 lb");
  await dialog.getByRole("button", { name: "Create load" }).click();
  await expect(dialog).toHaveCount(0);

  const { body } = await server.call("ops@blueridge.demo", "loads?q=own+load+co");
  const number = body.data[0].loadNumber;
  await expect(page.locator("table.list a.num", { hasText: number })).toBeVisible();
  await expect(page.locator(".newpill")).toHaveCount(0);
  await page.locator(".toast").getByRole("link", { name: "Open" }).click();
  await expect(page.getByRole("heading", { level: 1, name: number })).toBeVisible();
  await expect(page.getByText("42,000 lb")).toBeVisible();
});

test("a refusal says what to do first, and who could do it", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  const pending = await enter(server, "Too Early");
  const dispatched = await loadIn(server, "DISPATCHED");
  await page.goto(`${server.url}/dispatch`);
  await live(page);
  await card(page, pending.loadNumber).focus();
  await page.keyboard.press("d");
  await expect(page.getByRole("alert")).toContainText("Assign a carrier and tender it first");
  await card(page, dispatched.loadNumber).focus();
  await page.keyboard.press("[");
  await expect(page.getByRole("alert")).toContainText("operations managers");
});

test("what can still be taken back outlives a reload", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  const load = await loadIn(server, "AT_PICKUP");
  await page.goto(`${server.url}/dispatch`);
  await live(page);
  await card(page, load.loadNumber).focus();
  await page.keyboard.press("s");
  await page.getByRole("menuitem", { name: "Picked up" }).press("Enter");
  await expect(page.getByRole("button", { name: "Undo" })).toBeVisible();
  await page.reload();
  await live(page);
  await page.keyboard.press("Control+z");
  await expect(card(page, load.loadNumber)).toContainText("At pickup");
});
