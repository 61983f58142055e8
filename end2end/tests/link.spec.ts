import AxeBuilder from "@axe-core/playwright";
import { type Browser, type BrowserContext, type Page } from "@playwright/test";
import { at, expect, live, loadIn, test } from "./desk";

const SHOTS = `${import.meta.dirname}/../../target/shots`;

/** Where a load's truck is by the desk's knowledge, a few yards on: no jump that would wait for a second fix. */
function near(load: any) {
  const { lat, lng } = load.currentLocation ?? { lat: 39.1, lng: -94.6 };
  return { latitude: Number((lat + 0.0005).toFixed(4)), longitude: Number(lng.toFixed(4)), accuracy: 12 };
}

/** A load on its way whose driver gets a link, and that link. */
async function link(server: any, status: string): Promise<{ load: any; made: any }> {
  const load = await loadIn(server, status);
  const { body } = await server.call("dispatch1@blueridge.demo", "links", { loadId: load.id });
  return { load, made: body.data };
}

/** A driver's old telephone, whose position is given. */
async function phone(browser: Browser, options = {}): Promise<{ page: Page; context: BrowserContext; faults: string[] }> {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, permissions: ["geolocation"], ...options,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (fault) => faults.push(String(fault)));
  page.on("console", (message) => {
    if (/Content Security Policy|Permissions policy/i.test(message.text())) faults.push(message.text());
  });
  return { page, context, faults };
}

const state = (page: Page) => page.locator("#state");

async function sound(page: Page) {
  const found = await new AxeBuilder({ page }).analyze();
  expect(found.violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html)}`)).toEqual([]);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide).toBeLessThanOrEqual(0);
}

test("a driver agrees, is seen, loses the signal, comes back, and arrives", async ({ browser, server }) => {
  const load = await loadIn(server, "DISPATCHED");
  const dana = await at(browser, server, "dispatch1@blueridge.demo");
  await dana.goto(`${server.url}/loads/${load.id}`);
  await live(dana);
  const section = dana.locator("#driver-links");
  await section.getByRole("button", { name: "Make a link" }).click();
  const address = await section.getByLabel("Link", { exact: true }).and(dana.locator("input")).inputValue();
  await expect(section.getByRole("img", { name: /^QR code of the link/ }).first()).toBeVisible();
  await expect(section.getByRole("link", { name: "Text it to the driver" })).toHaveAttribute("href", /^sms:.*body=.*%2Fd%2F/);
  await expect(section.locator(".health")).toHaveText("Not opened yet");

  const here = near(load);
  const { page, context, faults } = await phone(browser, { geolocation: here });
  await page.goto(address);
  await expect(page.getByRole("heading", { name: "Share your location for this load?" })).toBeVisible();
  await expect(section.locator(".health")).toHaveText("Opened, not agreed yet");
  await sound(page);
  await page.screenshot({ path: `${SHOTS}/link-ask-390.png`, fullPage: true });

  await page.getByRole("button", { name: "Share my location" }).click();
  await expect(state(page)).toHaveText("Sharing your location");
  await expect(section.locator(".health")).toContainText("Sending, last position");
  await expect(dana.getByText(`${here.latitude.toFixed(3)}, ${here.longitude.toFixed(3)}`)).toBeVisible();
  await sound(page);
  await page.screenshot({ path: `${SHOTS}/link-sharing-390.png`, fullPage: true });
  for (const [width, height] of [[390, 844], [768, 1024], [1440, 900]]) {
    for (const scheme of ["light", "dark"] as const) {
      await dana.setViewportSize({ width, height });
      await dana.emulateMedia({ colorScheme: scheme });
      await dana.screenshot({ path: `${SHOTS}/link-load-${width}-${scheme}.png`, fullPage: true });
    }
  }
  await sound(dana);
  await dana.emulateMedia({ colorScheme: "light" });

  // Without signal positions wait on the phone, and come in their order when there is one again.
  await context.setOffline(true);
  await expect(state(page)).toHaveText("No signal");
  const further = [here.longitude - 0.01, here.longitude - 0.02].map((lng) => Number(lng.toFixed(4)));
  for (const [place, longitude] of further.entries()) {
    await context.setGeolocation({ ...here, longitude });
    await page.getByRole("button", { name: "Send now" }).click();
    // The phone may tell of the new place by itself as well.
    await expect(page.locator("#more")).toContainText(place === 0 ? /\d+ positions? waits? on your phone/ : "positions wait");
  }
  await page.getByRole("button", { name: "I have arrived" }).click();
  await expect(page.getByRole("alert")).toContainText("No signal: that was not sent");
  await page.screenshot({ path: `${SHOTS}/link-offline-390.png`, fullPage: true });
  await context.setOffline(false);
  await expect(state(page)).toHaveText("Sharing your location");
  await expect(page.locator("#more")).not.toContainText("wait");
  const { body } = await server.call("dispatch1@blueridge.demo", `loads/positions?loadId=${load.id}`);
  const trail = body.data.filter((fix: any) => fix.lat === here.latitude).map((fix: any) => fix.lng);
  expect([...new Set(trail)]).toEqual([here.longitude, ...further]);

  await page.getByRole("button", { name: "I have arrived" }).click();
  await expect(page.getByRole("button", { name: "Loaded, leaving" })).toBeVisible();
  await expect(page.getByRole("alert")).toBeHidden();
  await expect(dana.locator(".load-head")).toContainText("At pickup");

  await page.getByText("Write to dispatch").click();
  await page.getByLabel("Your message").fill("Dock 4 is <b>full</b>");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.locator("#told")).toHaveText("Sent to dispatch.");
  await expect(section.locator(".note-line")).toContainText("Dock 4 is <b>full</b>");

  // Ended while it is open: it stops by itself and keeps nothing.
  await section.getByRole("button", { name: /End the link for/ }).click();
  await expect(section.getByRole("button", { name: "Keep" })).toBeFocused();
  await section.getByRole("button", { name: "End link" }).click();
  await expect(section.locator(".health")).toContainText("Ended by");
  await page.getByRole("button", { name: "Send now" }).click();
  await expect(page.getByRole("heading")).toHaveText("This link does not work any more");
  await expect(page.getByRole("button")).toHaveCount(0);
  await sound(page);
  await page.reload();
  await expect(page.getByRole("heading")).toHaveText("This link does not work any more");
  await sound(page);
  await page.screenshot({ path: `${SHOTS}/link-ended-390.png`, fullPage: true });
  expect(faults).toEqual([]);
  await context.close();
});

test("a driver who would rather not, or whose phone does not allow it, can still report stops to the end", async ({ browser, server }) => {
  const { load, made } = await link(server, "IN_TRANSIT");
  const { page, context, faults } = await phone(browser, { permissions: [], locale: "es-MX", colorScheme: "dark" });
  await page.goto(made.url);
  await page.getByRole("button", { name: "Ahora no" }).click();
  await expect(state(page)).toHaveText("Su ubicación no se comparte");
  await page.getByRole("button", { name: "Compartir mi ubicación" }).click();
  await expect(state(page)).toHaveText("Su teléfono no permite la ubicación");
  await sound(page);
  await page.screenshot({ path: `${SHOTS}/link-denied-dark-390.png`, fullPage: true });
  await page.getByRole("link", { name: "English" }).click();
  await expect(page.getByRole("button", { name: "I have arrived" })).toBeVisible();
  const said = async () => (await server.call("dispatch1@blueridge.demo", `links?loadId=${load.id}`)).body.data[0].said;
  await expect.poll(said).toBe("DENIED");

  page.on("dialog", (dialog) => dialog.accept());
  const status = async () => (await server.call("dispatch1@blueridge.demo", `loads/one?id=${load.id}`)).body.data.load.status;
  const stops = (await server.call("dispatch1@blueridge.demo", `loads/one?id=${load.id}`)).body.data.stops;
  for (const stop of stops.filter((stop: any) => !stop.arrivedAt)) {
    await page.getByRole("button", { name: `I have arrived ${stop.facility}` }).click();
    await page.getByRole("button", { name: `${stop === stops.at(-1) ? "Unloaded, delivered" : "leaving"} ${stop.facility}` }).click();
  }
  await expect(state(page)).toHaveText("Delivered");
  expect(await status()).toBe("DELIVERED");
  await sound(page);
  await page.screenshot({ path: `${SHOTS}/link-delivered-dark-390.png`, fullPage: true });
  expect(faults).toEqual([]);
  await context.close();
});
