import { at, expect, test } from "./desk";

test("a visitor is sent to sign in and afterwards back to where they wanted to go", async ({ page, server }) => {
  await page.goto(`${server.url}/dispatch?view=mine`);
  await expect(page).toHaveURL(/\/login\?next=/);

  await page.getByLabel("E-mail").fill("dispatch1@blueridge.demo");
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("do not match");
  await expect(page.getByLabel("E-mail")).toHaveValue("dispatch1@blueridge.demo");

  await page.getByLabel("Password").fill("demo-password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/dispatch\?view=mine/);
  await expect(page.getByRole("heading", { name: "Dispatch", exact: true })).toBeVisible();

  await page.goBack();
  await expect(page, "whoever is signed in has nothing to do at the sign-in").toHaveURL(/\/(loads|dispatch)/);
});

test("a demo account signs in with one click, and signs out again", async ({ page, server }) => {
  await page.goto(`${server.url}/login`);
  await page.getByRole("button", { name: /Dana Kessler/ }).click();
  await expect(page.locator(".live")).toHaveText("Live");

  await page.getByRole("button", { name: /Dana Kessler/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/login/);
  await page.goto(`${server.url}/loads`);
  await expect(page).toHaveURL(/\/login/);
});

test("pages refuse by role", async ({ browser, server }) => {
  const page = await at(browser, server, "readonly@blueridge.demo");
  await expect(page.getByRole("link", { name: "Tracking" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Dispatch" })).toHaveCount(0);

  const answer = await page.goto(`${server.url}/dispatch`);
  expect(answer!.status()).toBe(403);
  await expect(page.getByText("does not include this page")).toBeVisible();
});

test("every page is readable before the page has woken", async ({ browser, server }) => {
  const signed = await at(browser, server, "dispatch1@blueridge.demo");
  const context = await browser.newContext({ javaScriptEnabled: false, storageState: await signed.context().storageState() });
  const page = await context.newPage();
  for (const path of ["/loads", "/dispatch", "/tracking"]) {
    await page.goto(server.url + path);
    await expect(page.getByText(/LD-\d{6}-\d{5}/).first()).toBeVisible();
  }
});
