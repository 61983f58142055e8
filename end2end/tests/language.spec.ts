import AxeBuilder from "@axe-core/playwright";
import { at, expect, live, test } from "./desk";

const SHOTS = `${import.meta.dirname}/../../target/shots`;

test("a browser that asks for Spanish gets it, on every page, and a choice goes before", async ({ browser, server }) => {
  const page = await at(browser, server, "dispatch1@blueridge.demo", { locale: "es-MX" });
  for (const [path, heading] of [["loads", "Cargas"], ["dispatch", "Despacho"], ["tracking", "Rastreo"]]) {
    await page.goto(`${server.url}/${path}`);
    await expect(page.locator(".live")).toHaveText("En vivo");
    await expect(page.locator("html")).toHaveAttribute("lang", "es");
    await expect(page).toHaveTitle(new RegExp(heading));
    await page.screenshot({ path: `${SHOTS}/es-${path}.png` });
    const found = await new AxeBuilder({ page }).analyze();
    expect(found.violations.map((violation) => violation.id)).toEqual([]);
  }
  // What is said after the page has woken is Spanish as well.
  await page.goto(`${server.url}/loads?view=unassigned`);
  await expect(page.locator(".live")).toHaveText("En vivo");
  await page.keyboard.press("n");
  await expect(page.getByRole("dialog")).toContainText("Nueva carga");
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: /Su cuenta/ }).click();
  await page.getByRole("link", { name: "English" }).click();
  await expect(page).toHaveURL(/view=unassigned/);
  await live(page);
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
});

test("the sign-in page has the choice too, without any script", async ({ browser, server }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${server.url}/login`);
  await page.getByRole("link", { name: "Español" }).click();
  await expect(page.getByRole("button", { name: "Iniciar sesión" })).toBeVisible();
  await context.close();
});
