import { readFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import { at, expect, live, loadIn, test } from "./desk";

const SHOTS = `${import.meta.dirname}/../../target/shots`;

const pdf = (text: string) => Buffer.from(`%PDF-1.4\n% ${text}\n%%EOF\n`);

/** Takes the papers out with which the demo's load begins. */
async function without(server: any, load: any) {
  const { body } = await server.call("ops@blueridge.demo", `loads/one?id=${load.id}`);
  for (const { id } of body.data.documents) {
    const ask = { loadId: load.id, documentId: id };
    expect((await server.call("ops@blueridge.demo", "loads/documents/remove", ask)).status).toBe(200);
  }
  return load;
}
const file = (name: string, buffer: Buffer) => ({ name, mimeType: "application/pdf", buffer });

test("papers are added, seen by the other, taken out, and close a load", async ({ browser, server }) => {
  const load = await without(server, await loadIn(server, "DELIVERED"));
  const dana = await at(browser, server, "dispatch1@blueridge.demo");
  const ops = await at(browser, server, "ops@blueridge.demo");
  for (const page of [dana, ops]) {
    await page.goto(`${server.url}/loads/${load.id}`);
    await live(page);
  }
  const papers = (page: typeof dana) => page.locator(".papers li");
  const choose = dana.locator(".add-paper input[type=file]");
  await expect(dana.getByText("No documents yet.")).toBeVisible();

  // A dispatcher can't complete without the proof; who may do without is asked why.
  await dana.getByRole("button", { name: "Complete", exact: true }).click();
  await expect(dana.getByRole("alert")).toContainText("no proof of delivery yet");
  await ops.getByRole("button", { name: "Complete", exact: true }).click();
  await expect(ops.getByRole("dialog")).toContainText("without proof of delivery?");
  await ops.keyboard.press("Escape");

  // What it says it is counts for nothing.
  await choose.setInputFiles(file("pod.pdf", Buffer.from("<!doctype html><script>alert(1)</script>")));
  await expect(dana.locator(".add-paper")).toContainText("neither a PDF nor a photograph");
  await choose.setInputFiles(file("scan.pdf", Buffer.alloc(10 * 1024 * 1024 + 1)));
  await expect(dana.locator(".add-paper")).toContainText("larger than 10 MB");
  await expect(papers(dana)).toHaveCount(0);

  await expect(dana.getByLabel("What it is")).toHaveValue("POD");
  await choose.setInputFiles(file("<b>signed &amp;.pdf", pdf("signed")));
  await expect(papers(dana)).toContainText("<b>signed &amp;.pdf");
  await expect(papers(ops)).toContainText("Proof of delivery");
  await expect(dana.locator(".timeline")).toContainText("Proof of delivery uploaded");
  const link = papers(dana).getByRole("link");
  const opened = await dana.request.get(server.url + (await link.getAttribute("href")));
  expect([opened.headers()["content-type"], await opened.body()]).toEqual(["application/pdf", pdf("signed")]);

  await dana.getByLabel("What it is").selectOption("OTHER");
  await choose.setInputFiles(file("lumper receipt.pdf", pdf("receipt")));
  await expect(papers(ops)).toHaveCount(2);
  await expect(dana.getByRole("button", { name: /Take out/ })).toHaveCount(0);
  for (const [width, height] of [[390, 844], [768, 1024], [1440, 900]]) {
    await dana.setViewportSize({ width, height });
    await dana.screenshot({ path: `${SHOTS}/documents-${width}.png`, fullPage: true });
  }
  const found = await new AxeBuilder({ page: dana }).analyze();
  expect(found.violations.map((violation) => violation.id)).toEqual([]);

  await ops.getByRole("button", { name: "Take out lumper receipt.pdf" }).click();
  await expect(ops.getByRole("button", { name: "Keep" })).toBeFocused();
  await ops.keyboard.press("Enter");
  await expect(ops.getByRole("button", { name: "Take out lumper receipt.pdf" })).toBeFocused();
  await ops.getByRole("button", { name: "Take out lumper receipt.pdf" }).click();
  await ops.getByRole("button", { name: "Take out", exact: true }).click();
  await expect(papers(dana)).toHaveCount(1);

  await dana.getByRole("button", { name: "Complete", exact: true }).click();
  await expect(dana.locator(".load-head")).toContainText("Completed");
  await expect(ops.locator(".load-head")).toContainText("Completed");
});

test("a file that could not be sent is kept and sent again", async ({ browser, server }) => {
  const load = await without(server, await loadIn(server, "IN_TRANSIT"));
  const dana = await at(browser, server, "dispatch1@blueridge.demo");
  await dana.goto(`${server.url}/loads/${load.id}`);
  await live(dana);
  await expect(dana.getByLabel("What it is")).toHaveValue("BOL");
  await dana.route(/loads\/documents/, (route) => route.abort());

  await dana.locator(".add-paper input[type=file]").setInputFiles(file("bol.pdf", pdf("bol")));
  await expect(dana.locator(".add-paper [role=alert]")).toContainText("can't be reached");
  await dana.unroute(/loads\/documents/);
  await dana.getByRole("button", { name: "Try again" }).click();
  await expect(dana.locator(".papers li")).toContainText("bol.pdf");
  await expect(dana.locator(".add-paper [role=alert]")).toHaveCount(0);
});

test("what is listed is taken out as a file", async ({ browser, server }) => {
  const dana = await at(browser, server, "dispatch1@blueridge.demo");
  await dana.goto(`${server.url}/loads?view=all&status=DELIVERED`);
  await live(dana);
  const rows = await dana.locator("tbody tr").count();
  const [file] = await Promise.all([dana.waitForEvent("download"), dana.getByRole("link", { name: "CSV" }).click()]);
  expect(file.suggestedFilename()).toMatch(/^loads-\d{4}-\d\d-\d\d\.csv$/);
  const lines = readFileSync(await file.path(), "utf8").trim().split("\r\n");
  expect(lines.length).toBe(rows + 1);
  expect(lines[0]).toContain("Carrier rate");
  expect(lines[0]).not.toContain("Customer rate");
});
