// A server with the demo data, and people at their browsers.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Browser, type BrowserContext, type BrowserContextOptions, type Page, expect, test as base } from "@playwright/test";

export type Server = { url: string; call: (as: string, path: string, body?: unknown) => Promise<Answer> };
export type Answer = { status: number; body: any };

const BINARY = process.env.HEADHAUL_BIN ?? resolve(import.meta.dirname, "../../target/debug/headhaul");

/** The browsers that people of the running test use. */
const browsers: BrowserContext[] = [];

/** Starts the binary on a free port and waits until it says where it listens. */
async function start(folder: string, further: string[]): Promise<{ child: ChildProcess; url: string }> {
  const args = ["serve", "--demo", "--simulator", "off", "--listen", "127.0.0.1:0", "--data-dir", folder];
  const child = spawn(BINARY, [...args, "--sign-ins-per-minute", "10000", "--sockets-per-user", "100", ...further], {
    env: { ...process.env, RUST_LOG: "info,sqlx=warn" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const url = await new Promise<string>((done, failed) => {
    let said = "";
    child.stderr!.on("data", (part) => {
      said += part;
      // Whoever looks for the cause of a failed test begins here.
      if (/panicked| ERROR /.test(String(part))) console.error(String(part));
      const at = /Listening at (http:\/\/[0-9.:]+)/.exec(said);
      if (at) done(at[1]);
    });
    child.on("exit", (code) => failed(new Error(`the server ended with ${code}: ${said}`)));
  });
  return { child, url };
}

/** A server of one's own, with further flags; stop it afterwards. */
export async function serve(...further: string[]): Promise<Server & { stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "headhaul-e2e-"));
  const { child, url } = await start(folder, further);
  const tokens = new Map<string, string>();
  const call = async (as: string, path: string, body?: unknown): Promise<Answer> => {
    if (!tokens.has(as)) tokens.set(as, await token(url, as));
    const response = await fetch(`${url}/api/v1/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${tokens.get(as)}`, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  const stop = async () => {
    await leave();
    const ended = new Promise((done) => child.on("exit", done));
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, call, stop };
}

/**
 * Closes everybody's browser: a page that is left behind would still tell where its visitor is, and complain, in the midst
 * of another test, that nobody is there any more.
 */
async function leave() {
  await Promise.all(browsers.splice(0).map((context) => context.close()));
}

/** Those whose network a test cut. */
const cutOff = new WeakSet<BrowserContext>();

/** Cuts a page's network. */
export async function cut(page: Page) {
  cutOff.add(page.context());
  await page.context().setOffline(true);
}

/** What the consoles of the running test's pages complain of. */
const complaints: string[] = [];

/**
 * Listens to a page's console. Refusals, a network or a tile server that is away on purpose, and a test's own reading of
 * the map's pixels are no complaints. Where a test cut the network the loader of the page's parts says so in its own words.
 */
function heed(page: Page) {
  page.on("console", (message) => {
    const byTest = /status of 4\d\d|ERR_FAILED|ERR_INTERNET_DISCONNECTED|WebSocket connection to|using getImageData/;
    const isTile = /\/\d+\/\d+\/\d+\.png$/.test(message.location().url);
    const isPart = cutOff.has(page.context()) && /^TypeError: Failed to fetch\n.*__wasm_split/.test(message.text());
    const expected = byTest.test(message.text()) || isTile || isPart;
    if (["error", "warning"].includes(message.type()) && !expected) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => {
    const isPart = cutOff.has(page.context()) && error.message === "Failed to fetch";
    if (!isPart) complaints.push(`pageerror: ${error}`);
  });
}

export const test = base.extend<{ quiet: void }, { server: Server }>({
  /** No test passes while a page of it complained. */
  quiet: [
    async ({}, use) => {
      complaints.length = 0;
      await use();
      await leave();
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
  page: async ({ page }, use) => {
    heed(page);
    await use(page);
  },
  server: [
    async ({}, use) => {
      const server = await serve();
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],
});

export { expect };

/** A program's access token. */
export async function token(url: string, email: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password: "demo-password" }),
  });
  return (await response.json()).data.accessToken;
}

/** Somebody signed in at a browser of their own, to whose console is listened. */
export async function at(browser: Browser, server: Server, email: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext(options);
  browsers.push(context);
  const page = await context.newPage();
  heed(page);
  await page.goto(`${server.url}/login`);
  await page.locator("input[type=email]").fill(email);
  await page.locator("input[type=password]").fill("demo-password");
  await page.locator("form.form button").click();
  await page.waitForURL((url) => !url.pathname.startsWith("/login"));
  return page;
}

/** The page has woken and hears of changes over its socket. */
export async function live(page: Page) {
  await expect(page.locator(".live")).toHaveText("Live");
}

/** The first load of a status that an API caller sees. */
export async function loadIn(server: Server, status: string, as = "ops@blueridge.demo"): Promise<any> {
  const { body } = await server.call(as, `loads?status=${status}&size=100&sort=loadNumber`);
  return body.data[0];
}

/** Enters a load of the desk's own, with a pickup in so many hours. */
export async function enter(server: Server, customerName: string, hours = 30): Promise<any> {
  const at = (n: number) => new Date(Date.now() + n * 3_600_000).toISOString();
  const stop = (kind: string, city: string, state: string, n: number) => ({
    kind, city, state, facility: "Dock", windowStart: at(n), windowEnd: at(n + 2),
  });
  const stops = [stop("PICKUP", "Atlanta", "GA", hours), stop("DELIVERY", "Richmond", "VA", hours + 12)];
  const { body } = await server.call("ops@blueridge.demo", "loads", { customerName, equipment: "DRY_VAN", stops });
  return body.data;
}

export const card = (page: Page, number: string) => page.locator(`[data-load="${number}"]`);
export const lane = (page: Page, name: string) => page.getByRole("region", { name: new RegExp(`^${name}`) });
