import { io } from "socket.io-client";
import { at, card, expect, live, loadIn, test, token } from "./desk";

test("the official client sends positions and the marker moves", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  const { body } = await server.call("driver1@blueridge.demo", "loads?status=DISPATCHED,AT_PICKUP,PICKED_UP,IN_TRANSIT,AT_DELIVERY");
  const load = body.data[0];
  await page.goto(`${server.url}/tracking?load=${load.id}`);
  await live(page);
  const panel = page.getByRole("complementary", { name: new RegExp(load.loadNumber) }).or(page.locator(".panel")).first();
  await expect(panel).toContainText(load.loadNumber);

  for (const transports of [["websocket"], ["polling"]]) {
    const driver = io(`${server.url}/tracking`, { auth: { token: await token(server.url, "driver1@blueridge.demo") }, transports });
    const speed = transports[0] === "websocket" ? 61 : 47;
    const { lat, lng } = load.currentLocation;
    const answer = await driver.emitWithAck("location:update", { loadId: load.id, lat: lat + 0.01, lng, speed, heading: 90 });
    expect(answer).toEqual({ received: true });
    await expect(panel).toContainText(`${speed} mph`);

    const refused = await driver.emitWithAck("location:update", { loadId: load.id, lat: 91, lng });
    expect(refused.error.code).toBe("bad_coordinates");
    driver.disconnect();
  }
});

test("without a token, or with another company's, the socket is refused or hears nothing", async ({ server }) => {
  const refused = await new Promise<Error>((done) => {
    const nobody = io(`${server.url}/events`, { reconnection: false });
    nobody.on("connect_error", (error) => (nobody.disconnect(), done(error)));
  });
  expect(refused.message).toBe("Unauthorized");

  const load = await loadIn(server, "TENDERED");
  const heard: any[] = [];
  const clients = [];
  for (const email of ["dispatch1@prairie.demo", "carrier1@prairie.demo", "driver1@prairie.demo"]) {
    for (const namespace of ["/events", "/dispatch", "/tracking", "/notifications"]) {
      const client = io(server.url + namespace, { auth: { token: await token(server.url, email) }, transports: ["websocket"], forceNew: true });
      client.onAny((name, body) => name.startsWith("sync:") || heard.push([email, namespace, name, body]));
      await new Promise<void>((done) => client.on("connect", done));
      const joined = await client.emitWithAck("join:load", { loadId: load.id });
      expect(joined.error.code).toBe("not_found");
      clients.push(client);
    }
  }
  const witness = io(`${server.url}/events`, { auth: { token: await token(server.url, "readonly@blueridge.demo") }, transports: ["websocket"] });
  await new Promise<void>((done) => witness.on("connect", done));
  const told = new Promise<any>((done) => witness.on("load:status:changed", done));
  await server.call("dispatch1@blueridge.demo", "loads/status", { loadId: load.id, version: load.version, status: "ACCEPTED" });
  const event = await told;
  expect(event.data.loadId).toBe(load.id);
  expect(JSON.stringify(event)).not.toContain("RateCents");
  // Each of them answers a question that was asked after the event: had it been sent to them, it would be there.
  for (const client of clients) await client.emitWithAck("leave:load", { loadId: load.id });
  expect(heard).toEqual([]);
  for (const client of [...clients, witness]) client.disconnect();
});

test("when the socket fails the page says so, polls, and afterwards has missed nothing", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch2@blueridge.demo");
  let blocked = false;
  const open = new Set<{ close: () => void }>();
  await page.routeWebSocket(/\/socket\.io\//, (socket) => {
    if (blocked) return socket.close();
    const upstream = socket.connectToServer();
    open.add({ close: () => (upstream.close(), socket.close()) });
  });
  await page.route(/\/socket\.io\//, (route) => (blocked ? route.abort() : route.continue()));
  await page.goto(`${server.url}/dispatch`);
  await live(page);

  blocked = true;
  for (const socket of open) socket.close();
  await expect(page.locator(".live")).toHaveText("Reconnecting");
  await expect(page.locator(".live")).toHaveText("Every 10 s", { timeout: 15_000 });
  const first = await loadIn(server, "ACCEPTED");
  await server.call("ops@blueridge.demo", "loads/status", { loadId: first.id, version: first.version, status: "CANCELLED", reason: "Customer withdrew" });
  await expect(card(page, first.loadNumber)).toHaveCount(0, { timeout: 15_000 });

  const second = await loadIn(server, "PICKED_UP,AT_PICKUP");
  await server.call("dispatch1@blueridge.demo", "loads/status", { loadId: second.id, version: second.version, status: "IN_TRANSIT" });
  blocked = false;
  await live(page);
  await expect(card(page, second.loadNumber)).toContainText("In transit");

  const { body } = await server.call("ops@blueridge.demo", "loads?view=board&size=1000");
  const truth = body.data.map((row: any) => row.loadNumber).sort();
  await expect
    .poll(async () => (await page.locator("[data-load]").evaluateAll((cards) => cards.map((c) => (c as HTMLElement).dataset.load))).sort())
    .toEqual(truth);
});
