import { at, card, cut, enter, expect, live, test } from "./desk";

test("colleagues see who looks at a load and who changes it, and that they are gone", async ({ browser, server }) => {
  const load = await enter(server, "Seen Foods");
  const dana = await at(browser, server, "dispatch1@blueridge.demo");
  const marcus = await at(browser, server, "dispatch2@blueridge.demo");
  await dana.goto(`${server.url}/dispatch`);
  await live(dana);
  const here = card(dana, load.loadNumber).locator(".here");
  await expect(here).toHaveCount(0);

  await marcus.goto(`${server.url}/loads/${load.id}`);
  await live(marcus);
  await expect(here).toHaveAttribute("aria-label", "Marcus Tolliver is looking");
  await marcus.getByRole("button", { name: "Assign", exact: true }).click();
  await expect(here).toHaveAttribute("aria-label", "Marcus Tolliver is editing");
  await marcus.keyboard.press("Escape");
  await expect(here).toHaveAttribute("aria-label", "Marcus Tolliver is looking");

  await dana.goto(`${server.url}/loads/${load.id}`);
  await live(dana);
  await expect(dana.locator(".load-head")).toContainText("Marcus Tolliver is looking");
  await expect(marcus.locator(".load-head")).toContainText("Dana Kessler is looking");
  await dana.screenshot({ path: `${import.meta.dirname}/../../target/shots/presence.png` });

  // Without a goodbye: his network is gone.
  await cut(marcus);
  await expect(dana.locator(".load-head .here")).toHaveCount(0, { timeout: 16_000 });
  await expect(marcus.locator(".load-head .here")).toHaveCount(0);
  await marcus.context().setOffline(false);
  await live(marcus);
  await expect(dana.locator(".load-head")).toContainText("Marcus Tolliver is looking");
});
