import { type Page } from "@playwright/test";
import { at, card, enter, expect, lane, live, loadIn, test } from "./desk";

test("what one moves, the other sees within a second", async ({ browser, server }) => {
  const one = await at(browser, server, "dispatch1@blueridge.demo");
  const other = await at(browser, server, "dispatch2@blueridge.demo");
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

test("a load with stops before it is not delivered, and the board says so by itself", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  const ops = async (path: string, body: unknown) => (await server.call("ops@blueridge.demo", path, body)).body.data;
  const { body } = await server.call("ops@blueridge.demo", "carriers");
  const carrier = body.data.find((one: any) => one.drivers.length > 0);
  const hours = (n: number) => new Date(Date.now() + n * 3_600_000).toISOString();
  const stop = (kind: string, city: string, state: string, n: number) => ({
    kind, city, state, facility: "Dock", windowStart: hours(n), windowEnd: hours(n + 2),
  });
  let load = await ops("loads", {
    customerName: "Between Stores", equipment: "DRY_VAN", carrierRateCents: 100_000,
    stops: [stop("PICKUP", "Atlanta", "GA", 1), stop("DELIVERY", "Charlotte", "NC", 6), stop("DELIVERY", "Richmond", "VA", 12)],
  });
  const next = { carrierId: carrier.id, driverId: carrier.drivers[0].id, status: "ACCEPTED" };
  load = await ops("loads/assign", { loadId: load.id, version: load.version, ...next });
  for (const status of ["DISPATCHED", "IN_TRANSIT", "AT_DELIVERY"]) {
    const waived = { confirmed: true, reason: "The papers follow" };
    load = await ops("loads/status", { loadId: load.id, version: load.version, status, ...waived });
  }
  await page.goto(`${server.url}/dispatch`);
  await live(page);
  const writes: string[] = [];
  page.on("request", (request) => request.method() === "POST" && writes.push(request.url()));

  await card(page, load.loadNumber).dragTo(lane(page, "Delivered").locator("h2"));
  await expect(page.getByRole("alert")).toContainText("not come to its last stop");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await card(page, load.loadNumber).focus();
  await page.keyboard.press("]");
  await expect(page.getByRole("alert")).toContainText("not come to its last stop");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  expect(writes.filter((url) => url.includes("/loads/"))).toEqual([]);

  await card(page, load.loadNumber).focus();
  await page.keyboard.press("a");
  const dialog = page.getByRole("dialog");
  const driver = dialog.locator("select#driver");
  await expect(driver).toHaveValue(carrier.drivers[0].id);
  await expect(driver.locator('option[value=""]'), "the driver is exchanged, not taken away").toHaveCount(0);
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

test("one's own change is undone by its notice or by key, and only one's own", async ({ browser, server }) => {
  const one = await at(browser, server, "dispatch1@blueridge.demo");
  const other = await at(browser, server, "dispatch2@blueridge.demo");
  const load = await loadIn(server, "DISPATCHED");
  for (const page of [one, other]) {
    await page.goto(`${server.url}/dispatch`);
    await live(page);
  }
  const undo = (page: Page) => page.getByRole("button", { name: "Undo" });
  const there = (page: Page, name: string) => lane(page, name).locator(`[data-load="${load.loadNumber}"]`);

  await card(one, load.loadNumber).focus();
  await one.keyboard.press("s");
  await one.getByRole("menuitem", { name: "At pickup" }).press("Enter");
  await expect(undo(one)).toBeVisible();
  await expect(there(other, "In transit")).toBeVisible();
  await expect(undo(other)).toHaveCount(0);
  await undo(one).click();
  await expect(there(one, "Dispatched")).toBeVisible({ timeout: 1_000 });
  await expect(there(other, "Dispatched")).toBeVisible();

  await card(one, load.loadNumber).focus();
  await one.keyboard.press("]");
  await expect(undo(one)).toBeVisible();
  await one.keyboard.press("/");
  await one.keyboard.press("Control+z");
  await expect(there(one, "In transit"), "in a text the key is the text's").toBeVisible();
  await one.getByRole("main").focus();
  await one.keyboard.press("Control+z");
  await expect(there(one, "Dispatched")).toBeVisible();
  await expect(there(other, "Dispatched")).toBeVisible();

  await card(one, load.loadNumber).focus();
  await one.keyboard.press("]");
  await expect(undo(one)).toBeVisible();
  const { body } = await server.call("dispatch2@blueridge.demo", `loads/one?id=${load.id}`);
  await server.call("dispatch2@blueridge.demo", "loads/status", {
    loadId: load.id, version: body.data.load.version, status: "PICKED_UP",
  });
  await expect(card(one, load.loadNumber)).toContainText("Picked up");
  await undo(one).click();
  await expect(one.getByRole("alert")).toContainText("changed it");
  await expect(card(one, load.loadNumber)).toContainText("Picked up");
});

test("every figure leads to a list of so many loads", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  await page.goto(`${server.url}/dispatch`);
  await live(page);
  const figures = await page.locator(".kpis a").evaluateAll((links) =>
    links.map((link) => ({ href: link.getAttribute("href"), count: Number(link.querySelector("b")!.textContent) })),
  );

  expect(figures.length).toBeGreaterThan(6);
  for (const { href, count } of figures) {
    await page.goto(server.url + href);
    await live(page);
    await expect(page.locator("table.list tbody tr"), href!).toHaveCount(count);
  }
});

test("another's move glides, one's own does not, and with reduced motion nothing does", async ({ browser, server }) => {
  const one = await at(browser, server, "dispatch1@blueridge.demo");
  const other = await at(browser, server, "dispatch2@blueridge.demo");
  const still = await at(browser, server, "ops@blueridge.demo");
  await still.emulateMedia({ reducedMotion: "reduce" });
  const load = await loadIn(server, "TENDERED");
  for (const page of [one, other, still]) {
    await page.goto(`${server.url}/dispatch`);
    await live(page);
    await page.evaluate(() => {
      const seen = window as any;
      seen.flights = 0;
      new MutationObserver((changes) => {
        for (const change of changes)
          for (const node of change.addedNodes) if ((node as Element).classList?.contains("flying")) seen.flights += 1;
      }).observe(document.body, { childList: true, subtree: true });
    });
  }
  const flights = (page: Page) => page.evaluate(() => (window as any).flights);

  await card(one, load.loadNumber).scrollIntoViewIfNeeded();
  await card(one, load.loadNumber).focus();
  await one.keyboard.press("]");
  for (const page of [one, other, still]) {
    await expect(lane(page, "Dispatched").locator(`[data-load="${load.loadNumber}"]`)).toBeVisible();
  }
  expect([await flights(one), await flights(other), await flights(still)]).toEqual([0, 1, 0]);
  await expect(other.locator(".flying")).toHaveCount(0);
});

test("the card that is pointed at stays where it is when another comes above it", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  await page.goto(`${server.url}/dispatch`);
  await live(page);
  const held = lane(page, "Tendered").locator("[data-load]").nth(1);
  const number = (await held.getAttribute("data-load"))!;
  const first = (await lane(page, "Tendered").locator("[data-load]").first().getAttribute("data-load"))!;
  await held.hover();
  const before = (await card(page, number).boundingBox())!.y;

  const { body } = await server.call("ops@blueridge.demo", `loads?q=${first}`);
  await server.call("ops@blueridge.demo", "loads/status", {
    loadId: body.data[0].id, version: body.data[0].version, status: "ACCEPTED",
  });

  await expect(lane(page, "Dispatched").locator(`[data-load="${first}"]`)).toBeVisible();
  await expect.poll(async () => Math.abs((await card(page, number).boundingBox())!.y - before)).toBeLessThan(2);
});

test("a key map, a way to each page, and no letters in texts", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  await page.goto(`${server.url}/loads`);
  await live(page);

  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await expect(page.locator("table.list tbody tr").nth(1).locator("a.num")).toBeFocused();
  await page.keyboard.press("s");
  await expect(page.getByRole("menu")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.locator("table.list tbody tr").nth(1).locator("a.num")).toBeFocused();
  await page.keyboard.press("g");
  await page.keyboard.press("b");
  await expect(page).toHaveURL(/\/dispatch$/);
  await expect(page.locator("li.card").first()).toBeVisible();
  await page.keyboard.press("j");
  await expect(page.locator("li.card").first()).toBeFocused();
  await page.keyboard.press("/");
  await page.keyboard.type("g?b");
  await expect(page.getByRole("searchbox", { name: "Search the board" }), "the board's own").toHaveValue("g?b");
  await expect(page.getByRole("dialog")).toHaveCount(0);
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

test("what is wrong with a form stands at its fields, and what was typed stays", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  await page.goto(`${server.url}/dispatch?view=mine&equipment=LOWBOY`);
  await live(page);
  await expect(page.getByText(/hidden by filters/)).toBeVisible();

  await page.keyboard.press("n");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Customer", { exact: true }).fill("Harbor Paper");
  const towns = dialog.getByLabel("City and state");
  await towns.nth(0).fill("Atlantis, TX");
  await towns.nth(1).fill("Denver, CO");
  const days = (n: number) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);
  const times = dialog.locator('input[type="datetime-local"]');
  for (const [place, at] of [`${days(2)}T08:00`, `${days(2)}T12:00`, `${days(3)}T12:00`, `${days(3)}T08:00`].entries()) {
    await times.nth(place).fill(at);
  }
  await dialog.getByLabel("Weight, lb").fill("90000");
  await dialog.getByRole("button", { name: "Create load" }).click();

  await expect(towns.nth(0)).toBeFocused();
  await expect(towns.nth(0)).toHaveAccessibleDescription(/not in the list/);
  await expect(times.nth(3)).toHaveAccessibleDescription(/closes before it opens/);
  await expect(dialog.getByLabel("Weight, lb")).toHaveAccessibleDescription(/80,000/);
  await expect(towns.nth(0)).toHaveValue("Atlantis, TX");
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

test("several cards at once: what can be done is done, the rest says why not, and the key takes it back", async ({ browser, server }) => {
  const page = await at(browser, server, "ops@blueridge.demo");
  const other = await at(browser, server, "dispatch2@blueridge.demo");
  const [one, two] = [await enter(server, "Several One"), await enter(server, "Several Two")];
  const started = await loadIn(server, "IN_TRANSIT");
  for (const who of [page, other]) {
    await who.goto(`${server.url}/dispatch`);
    await live(who);
  }
  await card(page, one.loadNumber).focus();
  await page.keyboard.press("x");
  await card(page, two.loadNumber).click({ modifiers: ["Shift"] });
  const bar = page.getByRole("region", { name: "Several loads" });
  await expect(bar).toContainText("2 chosen");
  await bar.getByRole("button", { name: "Mark hot" }).click();
  await expect(card(other, one.loadNumber).locator(".hot")).toBeVisible();
  await expect(card(other, two.loadNumber).locator(".hot")).toBeVisible();
  await expect(bar).toHaveCount(0);
  await page.keyboard.press("Control+z");
  await expect(card(other, two.loadNumber).locator(".hot")).toHaveCount(0);
  await expect(card(other, one.loadNumber).locator(".hot")).toBeVisible();

  for (const load of [one, started]) {
    await card(page, load.loadNumber).focus();
    await page.keyboard.press("x");
  }
  await bar.getByRole("combobox", { name: "Move to …" }).selectOption("CANCELLED");
  await bar.getByRole("textbox", { name: "Reason" }).fill("Called off by the customer");
  await bar.getByRole("button", { name: "Move", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("1 changed, 1 not.");
  await expect(card(other, one.loadNumber)).toHaveCount(0);
  await expect(bar).toContainText("1 chosen");
  await page.screenshot({ path: `${import.meta.dirname}/../../target/shots/several.png` });
  await page.keyboard.press("Escape");
  await expect(bar).toHaveCount(0);
});
