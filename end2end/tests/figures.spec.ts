import AxeBuilder from "@axe-core/playwright";
import { at, cut, enter, expect, live, test } from "./desk";

const SHOTS = `${import.meta.dirname}/../../target/shots`;

test("a figure moves by itself, and leads to exactly the loads that it counts", async ({ browser, server }) => {
  const desk = await at(browser, server, "ops@blueridge.demo");
  await desk.goto(`${server.url}/figures`);
  await live(desk);
  const active = desk.getByRole("link", { name: /^Active/ });
  const count = async () => Number(await active.locator("b").textContent());
  const before = await count();
  await enter(server, "Figured Freight");
  await expect(active.locator("b"), "without a reload").toHaveText(String(before + 1));

  for (const name of ["Active", "Unassigned", "At risk", "Dispatched today", "Delivered today"]) {
    const tile = desk.getByRole("link", { name: new RegExp(`^${name}`) });
    const shown = await tile.locator("b").textContent();
    const href = new URL((await tile.getAttribute("href"))!, server.url);
    const { body } = await server.call("ops@blueridge.demo", `loads${href.search}`);
    expect(String(body.page.total), name).toBe(shown);
  }
  await active.click();
  await expect(desk).toHaveURL(/\/loads/);
  await desk.goBack();
  await expect(desk.getByText("Margin, this month")).toBeVisible();

  for (const [width, height] of [[1440, 900], [768, 1024], [390, 844]]) {
    await desk.setViewportSize({ width, height });
    await desk.screenshot({ path: `${SHOTS}/figures-${width}.png`, fullPage: true });
  }
  await desk.emulateMedia({ colorScheme: "dark" });
  await desk.screenshot({ path: `${SHOTS}/figures-dark-390.png`, fullPage: true });
  const found = await new AxeBuilder({ page: desk }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
  expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(" ")}`)).toEqual([]);

  await desk.setViewportSize({ width: 1440, height: 900 });
  await desk.getByRole("link", { name: "Mine" }).click();
  await expect(desk).toHaveURL(/scope=mine/);
  await expect(active, "it counts one's own").toHaveAttribute("href", /dispatcherId/);
  const own = new URL((await active.getAttribute("href"))!, server.url).search;
  const { body: mine } = await server.call("ops@blueridge.demo", `loads${own}`);
  expect(mine.page.total, "fewer than the team's").toBeLessThan(before);
  await expect(active.locator("b")).toHaveText(String(mine.page.total));
  await cut(desk);
  await expect(active.locator("b"), "what was there stays").toHaveText(String(mine.page.total));
});

test("whoever may not see money sees no margin, and a carrier no figures", async ({ browser, server }) => {
  const desk = await at(browser, server, "dispatch1@blueridge.demo");
  await desk.goto(`${server.url}/figures`);
  await expect(desk.getByText("Deliveries on time, 30 days")).toBeVisible();
  await expect(desk.getByText("Margin, this month")).toHaveCount(0);
  const carrier = await at(browser, server, "carrier1@blueridge.demo");
  await expect(carrier.getByRole("link", { name: "Figures" })).toHaveCount(0);
  await carrier.goto(`${server.url}/figures`);
  await expect(carrier.getByText("Deliveries on time, 30 days")).toHaveCount(0);
});
