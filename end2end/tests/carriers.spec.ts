import AxeBuilder from "@axe-core/playwright";
import { at, card, enter, expect, lane, live, test } from "./desk";

const SHOTS = `${import.meta.dirname}/../../target/shots`;

/** A day so many days from now, as a date field takes it. */
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

test("a carrier is entered, refused where it is wrong, changed, and everybody sees it at once", async ({ browser, server }) => {
  const ops = await at(browser, server, "ops@blueridge.demo");
  const desk = await at(browser, server, "dispatch1@blueridge.demo");
  await desk.goto(`${server.url}/carriers`);
  await live(desk);
  await expect(desk.getByRole("link", { name: "New carrier" }), "not a dispatcher's").toHaveCount(0);
  await expect(desk.getByRole("row", { name: /Cardinal Line/ })).toContainText(/Auto liability ends/);
  await expect(desk.getByText("Old Fort Transport"), "suspended, so not among those in use").toHaveCount(0);

  await ops.goto(`${server.url}/carriers`);
  await live(ops);
  await ops.getByRole("link", { name: "New carrier" }).click();
  const form = ops.locator("form.carrier-form");
  await form.getByLabel("Carrier", { exact: false }).first().fill("Kestrel <b>Freight</b>");
  await form.getByLabel("MC number").fill("12345");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form.getByText("Six digits")).toBeVisible();
  await expect(form.getByText("Choose at least one")).toBeVisible();
  await form.getByLabel("MC number").fill("123456");
  await form.getByLabel("Dry van").check();
  const cargo = form.getByRole("group", { name: "Cargo insurance" });
  await cargo.getByLabel("Up to, in dollars").fill("100,000");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(cargo.getByText("Give its last day")).toBeVisible();
  await cargo.getByLabel("Until").fill(day(200));
  await ops.screenshot({ path: `${SHOTS}/carrier-form.png`, fullPage: true });
  const found = await new AxeBuilder({ page: ops }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
  expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(" ")}`)).toEqual([]);
  await form.getByRole("button", { name: "Save" }).click();
  await expect(ops.getByRole("heading", { name: "Kestrel <b>Freight</b>" })).toBeVisible();
  await expect(ops.getByText("Operating authority is missing")).toBeVisible();
  const row = desk.getByRole("row", { name: /Kestrel/ });
  await expect(row).toContainText("Operating authority is missing, 1 more");

  await ops.getByRole("button", { name: "New driver" }).click();
  await ops.locator(".driver-form").getByLabel("Name").fill("Kit Marsh");
  await ops.locator(".driver-form").getByLabel("Phone").fill("call me");
  await ops.locator(".driver-form").getByRole("button", { name: "Save" }).click();
  await expect(ops.getByText("Write a telephone number")).toBeVisible();
  await ops.locator(".driver-form").getByLabel("Phone").fill("(555) 010-0133");
  await ops.locator(".driver-form").getByRole("button", { name: "Save" }).click();
  await expect(ops.locator(".drivers")).toContainText("Kit Marsh");

  await ops.getByRole("button", { name: "Change", exact: true }).click();
  for (const [cover, amount] of [["Operating authority", ""], ["Auto liability", "750000"]]) {
    const line = form.getByRole("group", { name: cover });
    if (amount) await line.getByLabel("Up to, in dollars").fill(amount);
    await line.getByLabel("Until").fill(day(200));
  }
  await form.getByRole("button", { name: "Save" }).click();
  await expect(row).toContainText("In order");
  await desk.getByRole("searchbox", { name: "Name, number or driver" }).fill("kit marsh");
  await desk.keyboard.press("Enter");
  await expect(desk).toHaveURL(/q=kit/);
  await expect(desk.getByRole("row")).toHaveCount(2);
});

test("two who change a carrier at once both succeed; of the same field the later one is told, and nothing typed is lost", async ({ browser, server }) => {
  const { body } = await server.call("ops@blueridge.demo", "carriers");
  const carrier = body.data.find((one: any) => one.name === "Haw River Freight");
  const [one, other] = [await at(browser, server, "ops@blueridge.demo"), await at(browser, server, "admin@blueridge.demo")];
  for (const page of [one, other]) {
    await page.goto(`${server.url}/carriers/${carrier.id}`);
    await live(page);
    await page.getByRole("button", { name: "Change", exact: true }).click();
  }
  await one.getByLabel("Dispatch phone").fill("(555) 010-0177");
  await one.getByRole("button", { name: "Save" }).click();
  await expect(one.getByText("(555) 010-0177")).toBeVisible();
  await other.getByLabel("Notes for the desk").fill("Ask for Simone");
  await other.getByRole("button", { name: "Save" }).click();
  for (const page of [one, other]) {
    await expect(page.getByText("Ask for Simone")).toBeVisible();
    await expect(page.getByText("(555) 010-0177")).toBeVisible();
  }

  for (const page of [one, other]) await page.getByRole("button", { name: "Change", exact: true }).click();
  await one.getByLabel("Dispatch phone").fill("(555) 010-0188");
  await one.getByRole("button", { name: "Save" }).click();
  await expect(one.getByText("(555) 010-0188")).toBeVisible();
  await other.getByLabel("Dispatch phone").fill("(555) 010-0199");
  await other.getByRole("button", { name: "Save" }).click();
  await expect(other.getByRole("alert").filter({ hasText: "Renee Calloway" })).toBeVisible();
  await expect(other.getByLabel("Dispatch phone")).toHaveValue("(555) 010-0199");
  await other.getByRole("button", { name: "Save" }).click();
  await expect(one.getByText("(555) 010-0199")).toBeVisible();
});

test("a truck without its papers starts only when a manager says why", async ({ browser, server }) => {
  const ops = (path: string, body?: unknown) => server.call("ops@blueridge.demo", path, body);
  const carrier = (await ops("carriers")).body.data.find((one: any) => one.name === "Summit Freightways");
  let load = await enter(server, "Papers Follow Foods");
  const next = { carrierId: carrier.id, driverId: carrier.drivers[0].id, carrierRateCents: 100_000, status: "ACCEPTED" };
  load = (await ops("loads/assign", { loadId: load.id, version: load.version, ...next })).body.data;
  const desk = await at(browser, server, "dispatch1@blueridge.demo");
  const manager = await at(browser, server, "ops@blueridge.demo");
  for (const page of [desk, manager]) {
    await page.goto(`${server.url}/dispatch`);
    await live(page);
  }
  await card(desk, load.loadNumber).focus();
  await desk.keyboard.press("d");
  await expect(desk.getByRole("alert")).toContainText("the signed rate confirmation is missing");
  await expect(card(desk, load.loadNumber)).toContainText("Accepted");

  await card(manager, load.loadNumber).focus();
  await manager.keyboard.press("d");
  const dialog = manager.getByRole("dialog");
  await expect(dialog).toContainText("the signed rate confirmation is missing");
  await manager.screenshot({ path: `${SHOTS}/checks-dialog.png` });
  await dialog.getByLabel("Reason").fill("The driver waits at the gate");
  await dialog.getByRole("button", { name: "Dispatch all the same" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(lane(desk, "Dispatched").locator(`[data-load="${load.loadNumber}"]`)).not.toContainText("Accepted");
  await desk.goto(`${server.url}/loads/${load.id}`);
  await expect(desk.locator(".timeline")).toContainText("Dispatched although something was missing");
  await expect(desk.locator(".timeline")).toContainText("The driver waits at the gate");
});

test("who may be given no loads can't be chosen for a tender, and it is said why", async ({ browser, server }) => {
  const { body } = await server.call("ops@blueridge.demo", "carriers");
  const carrier = body.data.find((one: any) => one.name === "Lone Mesa Trucking");
  const detail = (await server.call("ops@blueridge.demo", `carriers/one?id=${carrier.id}`)).body.data;
  const covers = detail.covers.map((cover: any) => (cover.kind === "CARGO" ? { ...cover, expiresOn: day(-3) } : cover));
  const { name, mcNumber, equipment, status } = carrier;
  const form = { name, mcNumber, equipment, status, covers };
  const changed = await server.call("ops@blueridge.demo", "carriers/change", { carrierId: carrier.id, version: carrier.version, carrier: form });
  expect(changed.status, JSON.stringify(changed.body)).toBe(200);
  const load = await enter(server, "No Cargo Cover");
  const desk = await at(browser, server, "dispatch1@blueridge.demo");
  await desk.goto(`${server.url}/dispatch`);
  await live(desk);
  await card(desk, load.loadNumber).focus();
  await desk.keyboard.press("]");
  const pick = desk.getByRole("dialog").locator("label.pick", { hasText: "Lone Mesa Trucking" });
  await expect(pick).toContainText("Cargo insurance ended");
  await expect(pick.getByRole("checkbox")).toBeDisabled();
  const back = { carrierId: carrier.id, version: changed.body.data.carrier.version, carrier: { ...form, covers: detail.covers } };
  expect((await server.call("ops@blueridge.demo", "carriers/change", back)).status).toBe(200);
});
