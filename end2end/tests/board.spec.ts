import { at, card, expect, lane, live, loadIn, test } from "./desk";

test("what one moves, the other sees within a second", async ({ browser, server }) => {
  const complaints: string[] = [];
  const one = await at(browser, server, "dispatch1@blueridge.demo", complaints);
  const other = await at(browser, server, "dispatch2@blueridge.demo", complaints);
  const load = await loadIn(server, "TENDERED");
  for (const page of [one, other]) {
    await page.goto(`${server.url}/dispatch`);
    await live(page);
  }

  await card(one, load.loadNumber).getByRole("button", { name: /Actions/ }).click();
  await one.getByRole("menuitem", { name: /Accept/ }).click();
  await expect(card(one, load.loadNumber)).toContainText("Accepted", { timeout: 1_000 });
  await expect(lane(other, "Dispatched").locator(`[data-load="${load.loadNumber}"]`)).toBeVisible({ timeout: 1_000 });
  await expect(card(other, load.loadNumber)).toContainText("Accepted");

  const { body } = await server.call("ops@blueridge.demo", `loads/one?id=${load.id}`);
  expect(body.data.load.status).toBe("ACCEPTED");
  expect(complaints).toEqual([]);
});

test("a card is dragged to a lane, and refused where it can't go", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  const load = await loadIn(server, "DISPATCHED");
  await page.goto(`${server.url}/dispatch`);
  await live(page);

  await card(page, load.loadNumber).dragTo(lane(page, "In transit").locator("h2"));
  await expect(lane(page, "In transit").locator(`[data-load="${load.loadNumber}"]`)).toContainText("At pickup");
  await expect
    .poll(async () => (await server.call("ops@blueridge.demo", `loads/one?id=${load.id}`)).body.data.load.status)
    .toBe("AT_PICKUP");

  await card(page, load.loadNumber).dragTo(lane(page, "Completed").locator("h2"));
  await expect(page.getByRole("alert")).toContainText("it can go to");
  await expect(lane(page, "In transit").locator(`[data-load="${load.loadNumber}"]`)).toBeVisible();
});

test("a card is moved by keyboard alone", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  const load = await loadIn(server, "AT_PICKUP");
  await page.goto(`${server.url}/dispatch`);
  await live(page);

  await card(page, load.loadNumber).focus();
  await page.keyboard.press("m");
  await expect(page.getByRole("menu")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toHaveCount(0);
  await card(page, load.loadNumber).focus();
  await page.keyboard.press("m");
  await page.getByRole("menuitem", { name: /Picked up|Pick up/ }).first().press("Enter");
  await expect(card(page, load.loadNumber)).toContainText("Picked up");
});

test("of two who move the same load the second is told, and sees the truth", async ({ browser, server }) => {
  const slow = await at(browser, server, "dispatch2@blueridge.demo");
  // The second one's socket is gone, so that their page doesn't know yet.
  await slow.routeWebSocket(/\/socket\.io\//, (socket) => socket.close());
  await slow.route(/\/socket\.io\//, (route) => route.abort());
  const load = await loadIn(server, "TENDERED");
  await slow.goto(`${server.url}/dispatch`);
  await expect(slow.locator(".live")).not.toHaveText("Connecting");

  const done = await server.call("dispatch1@blueridge.demo", "loads/status", {
    loadId: load.id, version: load.version, status: "ACCEPTED",
  });
  expect(done.status).toBe(200);
  await card(slow, load.loadNumber).getByRole("button", { name: /Actions/ }).click();
  await slow.getByRole("menuitem", { name: /Accept/ }).click();

  await expect(slow.getByRole("alert")).toContainText("Dana Kessler");
  await expect(lane(slow, "Dispatched").locator(`[data-load="${load.loadNumber}"]`)).toContainText("Accepted");
});

test("a new load is entered and both see it", async ({ browser, server }) => {
  const one = await at(browser, server, "dispatch1@blueridge.demo");
  const other = await at(browser, server, "dispatch2@blueridge.demo");
  for (const page of [one, other]) {
    await page.goto(`${server.url}/dispatch`);
    await live(page);
  }

  await one.keyboard.press("n");
  const dialog = one.getByRole("dialog");
  await dialog.getByLabel(/Customer/).first().fill("Harbor Paper");
  const days = (n: number) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);
  const cities = dialog.getByLabel(/City|Town/);
  await cities.nth(0).fill("Kansas City, MO");
  await cities.nth(1).fill("Denver, CO");
  const times = dialog.locator('input[type="datetime-local"]');
  await times.nth(0).fill(`${days(2)}T08:00`);
  await times.nth(1).fill(`${days(2)}T12:00`);
  await times.nth(2).fill(`${days(3)}T09:00`);
  await times.nth(3).fill(`${days(3)}T15:00`);
  await dialog.getByRole("button", { name: /Enter load|Create|Save/ }).click();

  await expect(one.getByRole("status").filter({ hasText: /LD-\d{6}-\d{5}/ })).toBeVisible();
  const { body } = await server.call("ops@blueridge.demo", "loads?q=Harbor+Paper");
  await expect(card(other, body.data[0].loadNumber)).toBeVisible();
});
