import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import { at, expect, live, serve, test, type Server } from "./desk";

const UNDER_WAY = "DISPATCHED,AT_PICKUP,PICKED_UP,IN_TRANSIT,AT_DELIVERY";
const ZOOM = 11;

type Place = { lat: number; lng: number };

/** Pixels from one place to another at `ZOOM`, as the map projects them. */
function off(from: Place, to: Place): [number, number] {
  const y = ({ lat }: Place) => 0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI);
  const scale = 256 * 2 ** ZOOM;
  return [((to.lng - from.lng) / 360) * scale, (y(to) - y(from)) * scale];
}

/** Pixels of a truck's ring around a point of the map, given from its middle: their number and their mean. */
async function ring(page: Page, [x, y]: [number, number], reach: number): Promise<{ count: number; y: number }> {
  return page.evaluate(
    ([x, y, reach]) => {
      const canvas = document.querySelector<HTMLCanvasElement>(".mcv");
      const pen = canvas?.getContext("2d");
      if (!canvas || !pen) return { count: 0, y: NaN };
      const ratio = canvas.width / canvas.clientWidth;
      const style = getComputedStyle(document.documentElement);
      const rings = ["--okm", "--tightm", "--late"].map((name) => style.getPropertyValue(name).trim().match(/\w\w/g)!.map((part) => parseInt(part, 16)));
      const [left, top] = [canvas.width / 2 + (x - 14) * ratio, canvas.height / 2 + (y - reach) * ratio];
      const { data, width } = pen.getImageData(left, top, 28 * ratio, 2 * reach * ratio);
      let [count, sum] = [0, 0];
      for (let at = 0; at < data.length; at += 4) {
        if (rings.some((ring) => ring.every((part, channel) => Math.abs(part - data[at + channel]) < 24))) {
          count += 1;
          sum += Math.floor(at / 4 / width) / ratio;
        }
      }
      return { count, y: y - reach + sum / count };
    },
    [x, y, reach] as const,
  );
}

/** A truck of the first driver's, and a way to report for it: seconds of the clock before now, and how fast it goes. */
async function truck(server: Server) {
  const { body } = await server.call("driver1@blueridge.demo", `loads?status=${UNDER_WAY}`);
  const load = body.data[0];
  const round = (degrees: number) => Number(degrees.toFixed(4));
  const place: Place = { lat: round(load.currentLocation.lat), lng: round(load.currentLocation.lng) };
  const report = async (place: Place, ago: number, speed: number) => {
    const recordedAt = new Date(Date.now() - ago * 1000).toISOString();
    const answer = await server.call("driver1@blueridge.demo", "positions", { positions: [{ loadId: load.id, ...place, recordedAt, speed, heading: 0 }] });
    return answer.body.data;
  };
  return { load, place, report };
}

test("a truck glides to where it reports, and an older or a future report moves nothing", async ({ browser, server }) => {
  const { load, place: start, report } = await truck(server);
  const end: Place = { ...start, lat: start.lat + 0.05 };
  await report(start, 6, 50);
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  await page.goto(`${server.url}/tracking?load=${load.id}&at=${start.lat},${start.lng},${ZOOM}`);
  await live(page);
  await expect.poll(async () => (await ring(page, [0, 0], 14)).count).toBeGreaterThan(20);

  // It was heard of six seconds ago, so that is about how long it is on its way.
  expect(await report(end, 0, 61)).toMatchObject({ accepted: 1 });
  const [, goal] = off(start, end);
  const seen: number[] = [];
  await expect
    .poll(
      async () => {
        seen.push((await ring(page, [0, goal / 2], Math.abs(goal) / 2 + 20)).y);
        return Math.abs(seen[seen.length - 1] - goal);
      },
      { intervals: [100] },
    )
    .toBeLessThan(1.5);
  const steps = seen.slice(1).map((y, at) => seen[at] - y);
  expect(seen.filter((y) => y < -5 && y > goal + 5).length, `on the way: ${seen}`).toBeGreaterThan(5);
  expect(Math.min(...steps), "never back").toBeGreaterThan(-1.5);
  expect(Math.max(...steps), "no jump").toBeLessThan(Math.abs(goal) / 2);

  const panel = page.getByRole("region", { name: "Selected load" });
  await expect(panel).toContainText("61 mph");
  expect(await report(start, 3, 40)).toMatchObject({ accepted: 1 });
  expect(await report(start, -600, 40)).toMatchObject({ rejected: [{ index: 0, code: "bad_time" }] });
  // What comes after them is shown, so they were seen too.
  await report(end, 0, 62);
  await expect(panel).toContainText("62 mph");
  expect((await ring(page, [0, goal], 14)).count).toBeGreaterThan(20);
  expect((await ring(page, [0, 0], 14)).count).toBe(0);

  // Readers who want nothing to move see it there at once.
  await page.emulateMedia({ reducedMotion: "reduce" });
  const near: Place = { ...start, lat: start.lat + 0.04 };
  await report(near, -1, 63);
  await expect(panel).toContainText("63 mph");
  await expect.poll(async () => (await ring(page, [0, goal], 3)).count, { intervals: [50] }).toBe(0);
  expect((await ring(page, off(start, near), 14)).count).toBeGreaterThan(20);
});

test("loads come onto the map and leave it without a reload, also while the page only polls", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch2@blueridge.demo");
  const row = (number: string) => page.getByRole("list", { name: /Loads under way/ }).getByRole("link", { name: new RegExp(number) });
  const first = async (status: string) => {
    const { body } = await server.call("ops@blueridge.demo", `loads?status=${status}&sort=loadNumber`);
    return body.data.find((load: any) => status !== "ACCEPTED" || load.driver);
  };
  const move = async (load: any, ...ways: string[]) => {
    for (const status of ways) {
      const { body } = await server.call("ops@blueridge.demo", "loads/status", { loadId: load.id, version: load.version, status, confirmed: true });
      expect(body.data, JSON.stringify(body)).toBeTruthy();
      load = body.data;
    }
  };
  await page.goto(`${server.url}/tracking`);
  await live(page);
  const leaving = await first("AT_DELIVERY");
  await expect(row(leaving.loadNumber)).toBeVisible();
  await move(leaving, "DELIVERED");
  await expect(row(leaving.loadNumber)).toHaveCount(0);
  const coming = await first("ACCEPTED");
  await move(coming, "DISPATCHED");
  await expect(row(coming.loadNumber)).toBeVisible();

  await page.routeWebSocket(/\/socket\.io\//, (socket) => socket.close());
  await page.route(/\/socket\.io\//, (route) => route.abort());
  await page.reload();
  await expect(page.locator(".live")).toHaveText("Every 15 s");
  const { load, place, report } = await truck(server);
  await page.goto(`${server.url}/tracking?load=${load.id}`);
  await report(place, 0, 57);
  await expect(page.getByRole("region", { name: "Selected load" })).toContainText("57 mph");
  await expect(page.locator(".live")).toHaveText("Every 15 s");
  const later = await first("DISPATCHED");
  await move(later, "AT_PICKUP");
  await expect(row(later.loadNumber)).toContainText("At pickup", { timeout: 25_000 });
  await report({ ...place, lat: place.lat + 0.01 }, 0, 58);
  await expect(page.getByRole("region", { name: "Selected load" })).toContainText("58 mph", { timeout: 25_000 });
});

test("what is looked at is in the address: selection, tab and view; keys, back and a shared link", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo");
  await page.goto(`${server.url}/tracking`);
  await live(page);
  await expect(page.locator(".mcv")).toBeVisible();
  const panel = page.getByRole("region", { name: "Selected load" });
  const selected = page.locator(".mrows .sel");

  await page.keyboard.press("j");
  await expect(panel).toBeVisible();
  await expect(selected).toHaveCount(1);
  const first = await selected.textContent();
  await page.keyboard.press("j");
  await expect(selected).not.toHaveText(first!);
  await page.keyboard.press("k");
  await expect(selected).toHaveText(first!);
  await page.keyboard.press("Escape");
  await expect(panel).toHaveCount(0);
  await page.goBack();
  await expect(panel).toBeVisible();

  const follow = page.getByRole("button", { name: /Follow/ });
  await follow.click();
  await expect(follow).toHaveAttribute("aria-pressed", "true");
  const box = (await page.locator(".map").boundingBox())!;
  await page.mouse.move(box.x + 300, box.y + 300);
  await page.mouse.down();
  await page.mouse.move(box.x + 420, box.y + 350, { steps: 5 });
  await page.mouse.up();
  await expect(follow).toHaveAttribute("aria-pressed", "false");
  await expect(page).toHaveURL(/[?&]at=[-\d.]+,[-\d.]+,[\d.]+/);

  await page.getByRole("link", { name: /At risk/ }).click();
  await expect(page).toHaveURL(/view=risk/);
  await expect(page.locator(".mrows li")).toHaveCount(Number(await page.locator(".views .on span").textContent()));
  const address = page.url();
  const colleague = await at(browser, server, "dispatch2@blueridge.demo");
  await colleague.goto(address);
  await expect(colleague.locator(".mcv")).toBeVisible();
  await expect(colleague.getByRole("region", { name: "Selected load" })).toBeVisible();
  await expect(colleague.getByRole("link", { name: /At risk/ })).toHaveAttribute("aria-current", "true");
  expect(colleague.url()).toBe(address);
  await page.keyboard.press("0");
  await expect(page).not.toHaveURL(/at=/);
  await page.getByRole("button", { name: /Zoom in/ }).press("Enter");
  await expect(page).toHaveURL(/at=/);
});

test("another theme is drawn at once, also on a sharp screen", async ({ browser, server }) => {
  const context = await browser.newContext({ deviceScaleFactor: 2, storageState: await (await at(browser, server, "dispatch1@blueridge.demo")).context().storageState() });
  const page = await context.newPage();
  await page.goto(`${server.url}/tracking?at=39.2,-104.2,${ZOOM}`);
  await live(page);
  const middle = () =>
    page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>(".mcv");
      const data = canvas?.getContext("2d")?.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data ?? [];
      const hex = [...data].slice(0, 3).map((part) => part.toString(16).padStart(2, "0")).join("");
      return { is: `#${hex}`, wanted: getComputedStyle(document.documentElement).getPropertyValue("--land").trim(), sharp: canvas && canvas.width === canvas.clientWidth * 2 };
    });
  const land: string[] = [];
  for (const theme of ["Light", "Dark"]) {
    await page.getByRole("button", { name: /Your account/ }).click();
    await page.locator(".seg label", { hasText: theme }).click();
    await page.keyboard.press("Escape");
    await expect.poll(async () => ((await middle()).is === (await middle()).wanted)).toBe(true);
    expect((await middle()).sharp).toBe(true);
    land.push((await middle()).is);
  }
  expect(land[0]).not.toBe(land[1]);
  await page.setViewportSize({ width: 1000, height: 640 });
  await expect.poll(async () => (await middle()).sharp).toBe(true);
});

test("tiles by URL with their credit; without the tile server the built-in map is there", async ({ browser }) => {
  let broken = false;
  const asked: string[] = [];
  const pixel = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
  const tiles = createServer((request, answer) => {
    asked.push(request.url ?? "");
    if (broken) answer.writeHead(503).end();
    else answer.writeHead(200, { "content-type": "image/png" }).end(pixel);
  }).listen(0, "127.0.0.1");
  await new Promise((done) => tiles.on("listening", done));
  const { port } = tiles.address() as AddressInfo;
  const server = await serve("--tile-url", `http://127.0.0.1:${port}/{z}/{x}/{y}.png`, "--tile-credit", "© Somebody https://example.com/credit");
  try {
    const page = await at(browser, server, "dispatch1@blueridge.demo");
    await page.goto(`${server.url}/tracking`);
    await expect(page.getByRole("link", { name: "© Somebody" })).toHaveAttribute("href", "https://example.com/credit");
    await expect(page.locator(".leaflet-tile-loaded").first()).toBeAttached();
    expect(asked[0]).toMatch(/^\/\d+\/\d+\/\d+\.png$/);

    broken = true;
    await page.goto(`${server.url}/tracking?at=39.2,-104.2,8`);
    await expect(page.getByText("can't be reached")).toBeVisible();
    await expect(page.locator(".leaflet-tile")).toHaveCount(0);
    await expect
      .poll(() =>
        page.evaluate(() => {
          const canvas = document.querySelector<HTMLCanvasElement>(".mcv")!;
          return canvas.getContext("2d")!.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data[3];
        }),
      )
      .toBe(255);
  } finally {
    await server.stop();
    tiles.close();
  }
});
