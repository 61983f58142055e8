import AxeBuilder from "@axe-core/playwright";
import { at, expect, lane, live, loadIn, test } from "./desk";

const SHOTS = `${import.meta.dirname}/../../target/shots`;

test("every page at every width, light and dark: nothing in the console, nothing for axe to find", async ({ browser, server }) => {
  test.setTimeout(300_000);
  const user = await at(browser, server, "dispatch1@blueridge.demo");
  const load = await loadIn(server, "IN_TRANSIT");
  const visitor = await (await browser.newContext()).newPage();
  const carrier = (await server.call("dispatch1@blueridge.demo", "carriers")).body.data[0];
  const pages = {
    "sign-in": "/login", loads: "/loads", dispatch: "/dispatch", tracking: "/tracking", load: `/loads/${load.id}`,
    carriers: "/carriers", carrier: `/carriers/${carrier.id}`,
  };
  for (const [name, path] of Object.entries(pages)) {
    const page = name === "sign-in" ? visitor : user;
    for (const [width, height] of [[1440, 900], [768, 1024], [390, 844]]) {
      await page.setViewportSize({ width, height });
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.goto(server.url + path);
        if (page === user) {
          await live(page);
          const words = name.startsWith("carrier") ? carrier.name : load.loadNumber;
          await expect(page.getByText(words).first()).toBeAttached();
        }
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(wide, `${name} at ${width} scrolls sideways`).toBeLessThanOrEqual(0);
        const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
        const faults = found.violations.map((v) => `${name} ${width} ${colorScheme} ${v.id}: ${v.nodes.map((n) => n.target).join(" ")}`);
        expect(faults).toEqual([]);
        await page.screenshot({ path: `${SHOTS}/${name}-${width}-${colorScheme}.png` });
      }
    }
  }
});

test("two companies see nothing of each other", async ({ browser, server }) => {
  const load = await loadIn(server, "IN_TRANSIT");
  const page = await at(browser, server, "dispatch1@prairie.demo");
  for (const path of ["/loads?view=all", "/dispatch", "/tracking"]) {
    await page.goto(server.url + path);
    await live(page);
    await expect(page.getByText("Blue Ridge")).toHaveCount(0);
    await expect(page.getByText(load.customerName)).toHaveCount(0);
  }
  await page.goto(`${server.url}/loads/${load.id}`);
  await expect(page.getByText(load.loadNumber)).toHaveCount(0);
});

test("a page whose code went with an older release is loaded anew, whether it was to be shown or to wake", async ({ browser, server }) => {
  const user = await at(browser, server, "dispatch1@blueridge.demo");
  // The console of this page may complain: what it misses is taken away on purpose.
  const page = await (await browser.newContext({ storageState: await user.context().storageState() })).newPage();
  let documents = 0;
  page.on("request", (request) => (documents += Number(request.isNavigationRequest())));
  const gone = (part: string, until: number) =>
    page.route(`**/split_${part}.wasm`, (route) => (documents < until ? route.fulfill({ status: 404 }) : route.fallback()));

  await gone("board", 2);
  await page.goto(`${server.url}/loads`);
  await live(page);
  await page.getByRole("link", { name: "Dispatch", exact: true }).click();
  await page.waitForURL("**/dispatch");
  await expect(lane(page, "In transit")).toBeVisible();
  await live(page);
  expect(documents).toBe(2);

  await gone("tracking", 4);
  await page.goto(`${server.url}/tracking`);
  await live(page);
  expect(documents).toBe(4);
});
