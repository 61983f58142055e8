// Measures in a real browser what a desk's users see: how much a first visit loads, and how soon a change that one
// person makes is painted for another. It prints figures and judges none of them.
//   node scripts/bench-live.mjs URL [MOVES]
import { chromium } from "@playwright/test";

const [url, moves = "60"] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || undefined,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});

const percentile = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)];

async function signedIn(email) {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await page.goto(`${url}/login`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill("demo-password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((now) => !now.pathname.startsWith("/login"));
  return page;
}

/**
 * What one page makes a browser load that has nothing yet but its session, in bytes on the wire, until the page is live
 * and quiet. What an awake page fetches for later, some seconds after that, is not part of it.
 */
async function firstVisit(page, path) {
  const fresh = await browser.newContext({ storageState: await page?.context().storageState() });
  const visit = await fresh.newPage();
  const wire = await fresh.newCDPSession(visit);
  const sizes = new Map();
  const names = new Map();
  await wire.send("Network.enable");
  wire.on("Network.responseReceived", ({ requestId, response }) => names.set(requestId, new URL(response.url).pathname));
  wire.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => sizes.set(requestId, encodedDataLength));
  await visit.goto(url + path);
  if (page) await visit.locator(".live", { hasText: "Live" }).waitFor();
  await visit.waitForLoadState("networkidle");
  const parts = [...sizes].map(([id, size]) => [names.get(id) ?? "?", size]).sort((a, b) => b[1] - a[1]);
  const sum = parts.reduce((total, [, size]) => total + size, 0);
  const code = parts.filter(([name]) => name.endsWith(".wasm"));
  const compiled = code.reduce((total, [, size]) => total + size, 0);
  console.log(`first visit of ${path}: ${sum} bytes, ${compiled} of them compiled code in ${code.length} files`);
  for (const [name, size] of parts.filter(([, size]) => size >= 5_000)) {
    console.log(`  ${String(size).padStart(8)} ${name.split("/").pop() || name}`);
  }
  await fresh.close();
}

/** How long after one person's click another one's page shows it, in milliseconds. */
async function seenByAnother(one, other) {
  for (const page of [one, other]) {
    await page.goto(`${url}/dispatch`);
    await page.locator(".live", { hasText: "Live" }).waitFor();
  }
  const waits = [];
  const chain = ["PICKED_UP", "IN_TRANSIT", "AT_DELIVERY"];
  const loads = await one.evaluate(async () => (await (await fetch("/api/v1/loads?status=AT_PICKUP&size=500")).json()).data);
  for (const load of loads) {
    for (const status of chain) {
      if (waits.length >= Number(moves)) return waits;
      // The other page notes the moment of the first frame after its card has changed.
      const painted = other.evaluate(
        ({ number, status }) =>
          new Promise((done, failed) => {
            const shown = () => document.querySelector(`[data-load="${number}"] [data-s="${status}"]`);
            const watcher = new MutationObserver(() => {
              if (!shown()) return;
              watcher.disconnect();
              requestAnimationFrame(() => setTimeout(() => done(performance.timeOrigin + performance.now())));
            });
            watcher.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
            setTimeout(() => failed(new Error(`${number} was not seen to become ${status}`)), 10_000);
          }),
        { number: load.loadNumber, status },
      );
      await one.locator(`[data-load="${load.loadNumber}"]`).getByRole("button", { name: /Actions/ }).click();
      const clicked = await one.evaluate((status) => {
        const item = document.querySelector(`[role=menuitem] [data-s="${status}"]`).closest("button");
        const at = performance.timeOrigin + performance.now();
        item.click();
        return at;
      }, status);
      waits.push((await painted) - clicked);
    }
  }
  return waits;
}

const one = await signedIn("dispatch1@blueridge.demo");
const other = await signedIn("dispatch2@blueridge.demo");
const load = await one.evaluate(async () => (await (await fetch("/api/v1/loads?size=1")).json()).data[0].id);
await firstVisit(null, "/login");
for (const path of ["/loads", `/loads/${load}`, "/dispatch", "/tracking"]) await firstVisit(one, path);
const waits = (await seenByAnother(one, other)).sort((a, b) => a - b);
console.log(
  `a change painted for another: p50 ${percentile(waits, 0.5).toFixed(0)} ms, p95 ${percentile(waits, 0.95).toFixed(0)} ms, ` +
    `longest ${waits.at(-1)?.toFixed(0)} ms (${waits.length} changes)`,
);
await browser.close();
