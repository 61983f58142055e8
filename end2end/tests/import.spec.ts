import AxeBuilder from "@axe-core/playwright";
import { at, expect, live, test } from "./desk";

const SHOTS = `${import.meta.dirname}/../../target/shots`;
const TITLES = "Kunde;Ref;Origin;Pickup date;Destination;Delivery date";

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const line = (customer: string, reference: string, origin = "Kansas City, MO") =>
  `${customer};${reference};${origin};${day(5)} 08:00;Denver, CO;${day(6)}`;

test("a spreadsheet is checked, its columns are named, the good lines are entered and the others taken out", async ({ browser, server }) => {
  const desk = await at(browser, server, "dispatch1@blueridge.demo");
  const other = await at(browser, server, "dispatch2@blueridge.demo");
  for (const page of [desk, other]) {
    await page.goto(`${server.url}/loads?sort=-loadNumber`);
    await live(page);
  }
  await desk.getByRole("button", { name: "Import" }).click();
  const dialog = desk.getByRole("dialog", { name: "Import loads" });
  const template = await dialog.getByRole("link", { name: "Template" }).getAttribute("href");
  expect(decodeURIComponent(template!)).toContain("Pickup from");
  await dialog.getByRole("button", { name: "Enter the good ones" }).click();
  await expect(dialog.getByRole("alert").filter({ hasText: "Choose a file first." })).toBeVisible();

  // As older spreadsheets write it: not in UTF-8, and with titles in another language.
  const text = [TITLES, line("Spreadsheet Café", "SH-1"), line("Spreadsheet Café", "SH-2", "Nowhere, ZZ"), line("Spreadsheet <i>Two</i>", "SH-3")].join("\r\n");
  await dialog.locator("input[type=file]").setInputFiles({ name: "loads.csv", mimeType: "text/csv", buffer: Buffer.from(text, "latin1") });
  await expect(dialog.getByText("0 can be entered, 3 have mistakes.")).toBeVisible();
  await dialog.getByLabel("What Kunde holds").selectOption({ label: "Customer" });
  await expect(dialog.getByText("2 can be entered, 1 have mistakes.")).toBeVisible();
  await expect(dialog.locator(".mistakes li")).toContainText("Line 3: Pickup city:");
  for (const [width, height] of [[1440, 900], [768, 1024], [390, 844]]) {
    await desk.setViewportSize({ width, height });
    await desk.screenshot({ path: `${SHOTS}/import-${width}.png` });
    const found = await new AxeBuilder({ page: desk }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
    expect(found.violations.map((v) => `${width} ${v.id}: ${v.nodes.map((n) => n.target).join(" ")}`)).toEqual([]);
  }
  await desk.emulateMedia({ colorScheme: "dark" });
  await desk.screenshot({ path: `${SHOTS}/import-dark-390.png` });
  await desk.setViewportSize({ width: 1440, height: 900 });

  await dialog.getByRole("button", { name: "Enter the good ones" }).click();
  await expect(dialog.getByText("2 entered, 1 left out.")).toBeVisible();
  const left = await dialog.getByRole("link", { name: "Take these lines out as a file" }).getAttribute("href");
  expect(decodeURIComponent(left!)).toContain("SH-2");
  expect(decodeURIComponent(left!)).not.toContain("SH-1");
  await dialog.getByRole("button", { name: "Close" }).click();
  const { body: entered } = await server.call("dispatch1@blueridge.demo", "loads?q=Spreadsheet&sort=customer");
  expect(entered.data.map((load: any) => load.customerName)).toEqual(["Spreadsheet <i>Two</i>", "Spreadsheet Café"]);
  for (const load of entered.data) {
    await expect(desk.getByRole("link", { name: load.loadNumber }), "without a reload").toBeVisible();
  }
  await expect(other.getByText(/2 new/), "the other browser is told").toBeVisible();
});

test("a long file goes in by parts, and one that is cut off goes on without doubles", async ({ browser, server }) => {
  test.setTimeout(240_000);
  const desk = await at(browser, server, "dispatch1@prairie.demo");
  // Its console may complain: a call of it is cut off on purpose.
  const page = await (await browser.newContext({ storageState: await desk.context().storageState() })).newPage();
  await page.goto(`${server.url}/loads`);
  await live(page);
  const count = async () => (await server.call("dispatch1@prairie.demo", "loads?q=Bulk&size=1")).body.page.total;
  await page.getByRole("button", { name: "Import" }).click();
  const dialog = page.getByRole("dialog", { name: "Import loads" });
  const text = [TITLES.replace("Kunde", "Customer"), ...Array.from({ length: 1_200 }, (_, n) => line("Bulk", `B-${n}`))].join("\n");
  await dialog.locator("input[type=file]").setInputFiles({ name: "many.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await expect(dialog.getByText("1200 can be entered, 0 have mistakes.")).toBeVisible({ timeout: 60_000 });

  // The second part is done, and its answer gets lost.
  let sent = 0;
  await page.route("**/api/v1/loads/import", async (route) => {
    sent += 1;
    if (sent !== 2) return route.fallback();
    await route.fetch();
    await route.abort();
  });
  await dialog.getByRole("button", { name: "Enter the good ones" }).click();
  await dialog.getByRole("button", { name: "Go on" }).click({ timeout: 60_000 });
  await expect(dialog).toBeHidden({ timeout: 60_000 });
  expect(await count()).toBe(1_200);
  await page.context().close();
});
