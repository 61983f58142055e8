import { type Page } from "@playwright/test";
import { at, card, enter, expect, lane, live, test } from "./desk";

const SHOTS = `${import.meta.dirname}/../../target/shots`;

/** The name of a portal user's carrier. */
async function carrierOf(server: any, email: string): Promise<string> {
  const id = (await server.call(email, "auth/me")).body.data.carrierId;
  const { body } = await server.call("ops@blueridge.demo", "carriers");
  return body.data.find((carrier: any) => carrier.id === id).name;
}

const offer = (page: Page, number: string) => page.locator(`[data-offer="${number}"]`);

/** Offers a load that waits on the board to carriers, in this order. */
async function tender(page: Page, number: string, carriers: string[], atOnce: boolean) {
  await card(page, number).focus();
  await page.keyboard.press("]");
  const dialog = page.getByRole("dialog");
  for (const carrier of carriers) await dialog.getByRole("checkbox", { name: carrier }).check();
  if (atOnce) await dialog.getByRole("radio", { name: "All at once" }).check();
  await dialog.getByLabel("Carrier rate, $").fill("1850");
  await page.screenshot({ path: `${SHOTS}/tender-dialog.png` });
  await dialog.getByRole("button", { name: "Send tender" }).click();
  await expect(dialog).toHaveCount(0);
}

test("a load is offered in turn: one says no with a reason, the next one takes it, and all see it live", async ({ browser, server }) => {
  const [first, second] = ["carrier1@blueridge.demo", "carrier2@blueridge.demo"];
  const names = [await carrierOf(server, first), await carrierOf(server, second)];
  const load = await enter(server, "In Turn Foods");
  const desk = await at(browser, server, "dispatch1@blueridge.demo");
  await desk.goto(`${server.url}/dispatch`);
  await live(desk);
  const one = await at(browser, server, first);
  await one.setViewportSize({ width: 390, height: 844 });
  await live(one);
  const two = await at(browser, server, second);
  await live(two);

  await tender(desk, load.loadNumber, names, false);
  await expect(lane(desk, "Tendered").locator(`[data-load="${load.loadNumber}"]`)).toContainText(`${names[0]}`);
  await expect(card(desk, load.loadNumber)).toContainText(/(30|29) min left/);
  await expect(offer(one, load.loadNumber)).toContainText("$1,850");
  await expect(offer(two, load.loadNumber)).toHaveCount(0);
  await one.screenshot({ path: `${SHOTS}/offers-390.png` });

  await offer(one, load.loadNumber).getByRole("button", { name: `Decline ${load.loadNumber}` }).click();
  await offer(one, load.loadNumber).getByLabel("Why not").selectOption("NO_TRUCK");
  await offer(one, load.loadNumber).getByLabel("In your own words").fill("<b>back</b> on Monday");
  await offer(one, load.loadNumber).getByRole("button", { name: "Decline offer" }).click();
  await expect(offer(one, load.loadNumber)).toHaveCount(0);
  await expect(offer(two, load.loadNumber)).toBeVisible();
  await expect(card(desk, load.loadNumber)).toContainText(names[1]);

  await desk.goto(`${server.url}/loads/${load.id}`);
  await live(desk);
  const offers = desk.locator(".offers");
  await expect(offers.locator("[data-o=DECLINED]")).toContainText("No truck free: <b>back</b> on Monday");
  await expect(offers.locator("[data-o=OFFERED]")).toContainText(names[1]);
  await two.screenshot({ path: `${SHOTS}/offers-1280.png` });
  await offer(two, load.loadNumber).getByRole("button", { name: `Accept ${load.loadNumber}` }).click();
  await expect(offers.locator("[data-o=ACCEPTED]")).toContainText(names[1]);
  await expect(desk.locator(".load-head")).toContainText("Accepted");
  await desk.screenshot({ path: `${SHOTS}/tender-detail.png`, fullPage: true });
  await expect(two.getByRole("row", { name: new RegExp(load.loadNumber) }).or(card(two, load.loadNumber)).first()).toBeVisible();
  await expect(one.getByText(load.loadNumber)).toHaveCount(0);
});

test("of two carriers who are asked at once the first gets the load, and the other hears that", async ({ browser, server }) => {
  const [first, second] = ["carrier1@blueridge.demo", "carrier2@blueridge.demo"];
  const names = [await carrierOf(server, first), await carrierOf(server, second)];
  const load = await enter(server, "At Once Foods");
  const desk = await at(browser, server, "dispatch1@blueridge.demo");
  await desk.goto(`${server.url}/dispatch`);
  await live(desk);
  const two = await at(browser, server, second);
  await live(two);

  await tender(desk, load.loadNumber, names, true);
  await expect(card(desk, load.loadNumber)).toContainText("Several asked");
  await expect(offer(two, load.loadNumber)).toBeVisible();
  const { status } = await server.call(first, "loads/accept", { loadId: load.id });
  expect(status).toBe(200);
  await expect(offer(two, load.loadNumber)).toHaveCount(0);
  await expect(lane(desk, "Dispatched").locator(`[data-load="${load.loadNumber}"]`)).toContainText(names[0]);
  const late = await server.call(second, "loads/accept", { loadId: load.id });
  expect([late.status, late.body.error.details.rule]).toEqual([422, "tender_taken"]);
});
