import { at, cut, expect, live, loadIn, test } from "./desk";

test("what was there stays while the server is away, and is loaded anew by itself", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  // The dialogs' part is the last of those that a page fetches when it has been awake for a while.
  const parts = page.waitForResponse(/split_dialogs/);
  await page.goto(`${server.url}/dispatch`);
  await live(page);
  await (await parts).finished();
  const cards = await page.locator("li.card").count();

  await cut(page);
  await page.getByRole("link", { name: "Loads", exact: true }).click();
  await expect(page.getByText("could not be loaded anew")).toBeVisible();
  await expect(page.locator("table.list tbody tr").first()).toBeVisible();
  await page.getByRole("link", { name: "Dispatch", exact: true }).click();
  await expect(page.getByText("could not be loaded anew")).toBeVisible();
  await expect(page.locator("li.card")).toHaveCount(cards);

  await page.context().setOffline(false);
  await expect(page.getByText("could not be loaded anew")).toHaveCount(0);
  await live(page);
});

test("a load that could not be opened opens by itself once it can be", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  const load = await loadIn(server, "IN_TRANSIT");
  await page.goto(`${server.url}/loads?q=${load.loadNumber}`);
  await live(page);
  await cut(page);
  await page.locator("table.list tbody a.num").first().click();
  const note = page.getByRole("alert").filter({ hasText: "can't be reached" });
  await expect(note).toBeVisible();
  await expect(note, "it was only to be read").not.toContainText("Nothing was changed");
  await page.context().setOffline(false);
  await expect(page.getByRole("heading", { level: 1, name: load.loadNumber })).toBeVisible();
});
