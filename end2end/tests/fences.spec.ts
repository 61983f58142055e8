import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { io, type Socket } from "socket.io-client";
import { at, card, enter, expect, live, test, token, type Server } from "./desk";

const SHOTS = `${import.meta.dirname}/../../target/shots`;
const DRIVER = "driver1@blueridge.demo";

/** A load of one's own with a pickup whose window has been open for hours, on its way with the first driver. */
async function dispatched(server: Server, customer: string): Promise<any> {
  const { body } = await server.call(DRIVER, "auth/me");
  const me = body.data.user ?? body.data;
  const load = await enter(server, customer, -5);
  const assign = { loadId: load.id, version: load.version, carrierId: me.carrierId, driverId: me.driverId, carrierRateCents: 90_000, status: "ACCEPTED" };
  const accepted = await server.call("ops@blueridge.demo", "loads/assign", assign);
  expect(accepted.body.data, JSON.stringify(accepted.body)).toBeTruthy();
  const go = { loadId: load.id, version: accepted.body.data.version, status: "DISPATCHED", reason: "Papers follow", confirmed: true };
  const answer = await server.call("ops@blueridge.demo", "loads/status", go);
  expect(answer.body.data, JSON.stringify(answer.body)).toBeTruthy();
  return answer.body.data;
}

/** The driver's telephone: the official client, which reports a place every second until it has stood for simulated minutes. */
async function telephone(server: Server): Promise<{ stand: (load: any, seconds: number, north?: number) => Promise<void>; close: () => void }> {
  const socket: Socket = io(`${server.url}/tracking`, { auth: { token: await token(server.url, DRIVER) }, transports: ["websocket"] });
  const stand = async (load: any, seconds: number, north = 0) => {
    for (let second = 0; second < seconds; second++) {
      const { lat, lng } = load.originPoint;
      const fix = { loadId: load.id, lat: lat + north + second * 0.00001, lng, speed: 0, accuracy: 8 };
      expect(await socket.timeout(10_000).emitWithAck("location:update", fix)).toEqual({ received: true });
      // A report a second is what the telephone does; in the demo a minute passes in it.
      await new Promise((next) => setTimeout(next, 1_000));
    }
  };
  return { stand, close: () => socket.close() };
}

async function axe(page: Page) {
  const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
  expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(" ")}`)).toEqual([]);
}

async function shots(page: Page, name: string) {
  for (const [width, height] of [[1440, 900], [768, 1024], [390, 844]]) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await expect(page.locator(".live")).toHaveText("Live");
      await page.screenshot({ path: `${SHOTS}/${name}-${width}-${colorScheme}.png` });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1440, height: 900 });
}

test("a truck that stands at its pickup has arrived by itself, and detention grows loud where it stands", async ({ browser, server }) => {
  const load = await dispatched(server, "Fenced Foods");
  const board = await at(browser, server, "dispatch2@blueridge.demo");
  await board.clock.install();
  await board.goto(`${server.url}/dispatch`);
  await live(board);
  await expect(card(board, load.loadNumber)).toContainText("Dispatched");

  const phone = await telephone(server);
  await phone.stand(load, 6);

  await expect(card(board, load.loadNumber)).toContainText("At pickup");
  await expect(card(board, load.loadNumber).locator(".by")).toHaveText("by position");
  await expect(card(board, load.loadNumber).locator(".stay")).toHaveText(/min$/);
  await expect(card(board, load.loadNumber).locator(".owed")).toHaveCount(0);

  const page = await at(browser, server, "dispatch1@blueridge.demo");
  await page.clock.install();
  await page.goto(`${server.url}/loads/${load.id}`);
  await live(page);
  const stops = page.locator(".load .stops");
  await expect(stops).toContainText("by position");
  await expect(stops.locator(".stay")).toHaveText(/At the stop for .*, free until .* ET/);
  await expect(page.locator(".timeline")).toContainText(/by position: fix of/);
  await axe(page);
  await shots(page, "fences-load");

  // Two hours later by the page's clock, without a word from anybody.
  for (const one of [page, board]) await one.clock.fastForward("02:20:00");
  await expect(stops.locator(".stay.bad")).toHaveText(/^Detention .* since .* ET/);
  await axe(page);
  await shots(page, "fences-detention");
  await expect(card(board, load.loadNumber).locator(".owed")).toHaveText(/Detention/);
  await axe(board);
  await card(board, load.loadNumber).scrollIntoViewIfNeeded();
  await shots(board, "fences-board");
  phone.close();
});

test("what a position told is taken back with one press, and the truck's leaving moves the load on", async ({ browser, server }) => {
  const load = await dispatched(server, "Second Thoughts");
  const phone = await telephone(server);
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  await page.goto(`${server.url}/loads/${load.id}`);
  await live(page);
  await phone.stand(load, 6);
  const stops = page.locator(".load .stops");
  await expect(stops).toContainText("by position");

  await stops.getByRole("button", { name: "Not so: undo" }).click();

  await expect(page.locator(".status").first()).toHaveText("Dispatched");
  await expect(stops).not.toContainText("by position");
  await phone.stand(load, 4);
  await expect(page.locator(".status").first(), "it was told otherwise").toHaveText("Dispatched");
  // It goes, and comes again.
  await phone.stand(load, 3, 0.1);
  await phone.stand(load, 6);
  await expect(page.locator(".status").first()).toHaveText("At pickup");
  await phone.stand(load, 5, 0.1);
  await expect(page.locator(".status").first()).toHaveText("In transit");
  await expect(stops).toContainText(/Stood /);
  phone.close();
});

test("the map shows the circle around the stops of the selected load, and the panel how long its truck stands", async ({ browser, server }) => {
  const load = await dispatched(server, "Circle Line");
  const phone = await telephone(server);
  await phone.stand(load, 6);
  const { lat, lng } = load.originPoint;
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  await page.goto(`${server.url}/tracking?load=${load.id}&at=${lat},${lng},12`);
  await live(page);
  const panel = page.getByRole("region", { name: "Selected load" });
  await expect(panel).toContainText(/At the stop for/);
  await expect(panel).toContainText("by position");

  // A mile is about 54 pixels here; its edge is dashed in the accent's colour.
  const edge = () =>
    page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>(".mcv")!;
      const pen = canvas.getContext("2d")!;
      const ratio = canvas.width / canvas.clientWidth;
      const accent = getComputedStyle(document.documentElement).getPropertyValue("--ac").trim().match(/\w\w/g)!.map((part) => parseInt(part, 16));
      let count = 0;
      for (let step = 0; step < 720; step++) {
        for (let radius = 44; radius < 64; radius++) {
          const angle = (step / 720) * 2 * Math.PI;
          const [x, y] = [canvas.width / 2 + radius * ratio * Math.cos(angle), canvas.height / 2 + radius * ratio * Math.sin(angle)];
          const [r, g, b] = pen.getImageData(x, y, 1, 1).data;
          if (Math.hypot(r - accent[0], g - accent[1], b - accent[2]) < 40) {
            count += 1;
            break;
          }
        }
      }
      return count;
    });
  await expect.poll(edge).toBeGreaterThan(200);
  await axe(page);
  await shots(page, "fences-map");
  phone.close();
});
