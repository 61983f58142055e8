import AxeBuilder from "@axe-core/playwright";
import { at, expect, live, test } from "./desk";

const SHOTS = `${import.meta.dirname}/../../target/shots`;

test("an administrator invites somebody, who comes in, is made a manager, and is shut out", async ({ browser, server }) => {
  const admin = await at(browser, server, "admin@blueridge.demo");
  await admin.goto(`${server.url}/loads`);
  await live(admin);
  await admin.keyboard.press("g");
  await admin.keyboard.press("p");
  await expect(admin).toHaveURL(`${server.url}/people`);
  await admin.getByRole("button", { name: "Invite somebody" }).click();
  const form = admin.getByRole("region", { name: "Invite somebody" });
  await form.getByLabel("Name").fill("Nora Newcomer");
  await form.getByLabel("E-mail").fill("dispatch1@blueridge.demo");
  await form.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(form.getByText("Somebody signs in with this address already.")).toBeVisible();
  await expect(form.getByLabel("Name"), "what was typed stays").toHaveValue("Nora Newcomer");
  await form.getByLabel("E-mail").fill("nora@blueridge.demo");
  await form.getByRole("button", { name: "Invite", exact: true }).click();
  const link = await form.getByLabel("The link").inputValue();
  expect(link).toContain(`${server.url}/join?token=`);
  const row = admin.getByRole("row", { name: /Nora Newcomer/ });
  await expect(row).toContainText("Invited");
  for (const [width, height] of [[1440, 900], [768, 1024], [390, 844]]) {
    await admin.setViewportSize({ width, height });
    await admin.screenshot({ path: `${SHOTS}/people-${width}.png` });
  }
  for (const colorScheme of ["light", "dark"] as const) {
    await admin.emulateMedia({ colorScheme });
    const found = await new AxeBuilder({ page: admin }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
    expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(" ")}`)).toEqual([]);
  }
  await admin.screenshot({ path: `${SHOTS}/people-dark-390.png` });
  await admin.setViewportSize({ width: 1440, height: 900 });

  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const nora = await context.newPage();
  await nora.goto(link);
  await nora.screenshot({ path: `${SHOTS}/join-390.png` });
  await nora.getByLabel("New password").fill("four quiet words here");
  await nora.getByRole("button", { name: "Come in" }).click();
  await expect(nora).toHaveURL(`${server.url}/loads`);
  await live(nora);
  const again = await context.newPage();
  await again.goto(link);
  await again.getByLabel("New password").fill("another try with it");
  await again.getByRole("button", { name: "Come in" }).click();
  await expect(again.getByRole("alert")).toContainText("leads nowhere any more");

  await admin.reload();
  await expect(row).toContainText("Yes");
  await row.getByLabel("Role of Nora Newcomer").selectOption("OPERATIONS_MANAGER");
  await expect(admin.getByText("Nora Newcomer is now Operations manager")).toBeVisible();
  await row.getByRole("button", { name: "Shut out: Nora Newcomer" }).click();
  await expect(row).toContainText("No");
  await nora.goto(`${server.url}/dispatch`);
  await expect(nora).toHaveURL(/\/login/);
  await context.close();

  const ops = await at(browser, server, "ops@blueridge.demo");
  await expect(ops.getByRole("link", { name: "People" })).toHaveCount(0);
  await ops.goto(`${server.url}/people`);
  await expect(ops.getByText("Your role does not include this page")).toBeVisible();
});
