// The standard's own stack, for the proof of no silent loss: socket.io on Node, written as the standard's gateway and event
// service are, with the least that our script needs around it. Events have a number for each company, so that what is
// missing can be counted, and carry the whole load, so that a page can show it; the standard's have neither.
//   node loss.mjs (--redis URL | --recovery)
// With --redis the loads live in Redis and several of these are nodes of one desk.
import { createServer } from "node:http";
import { randomUUID } from "node:crypto";
import { createAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const [mode, redisUrl] = process.argv.slice(2);
if (mode !== "--recovery" && !(mode === "--redis" && redisUrl)) throw new Error("usage: loss.mjs (--redis URL | --recovery)");

/** Loads and event numbers of one process. */
function ownMemory() {
  const loads = new Map();
  const numbers = new Map();
  return {
    get: async (tenant, id) => loads.get(`${tenant} ${id}`),
    put: async (tenant, load) => void loads.set(`${tenant} ${load.id}`, load),
    all: async (tenant) => [...loads].filter(([key]) => key.startsWith(`${tenant} `)).map(([, load]) => load),
    next: async (tenant) => numbers.set(tenant, (numbers.get(tenant) ?? 0) + 1).get(tenant),
    newest: async (tenant) => numbers.get(tenant) ?? 0,
  };
}

/** The same, shared by all nodes. */
function sharedMemory(redis) {
  return {
    get: async (tenant, id) => JSON.parse((await redis.hGet(`loads:${tenant}`, id)) ?? "null"),
    put: async (tenant, load) => void (await redis.hSet(`loads:${tenant}`, load.id, JSON.stringify(load))),
    all: async (tenant) => (await redis.hVals(`loads:${tenant}`)).map((load) => JSON.parse(load)),
    next: (tenant) => redis.incr(`number:${tenant}`),
    newest: async (tenant) => Number((await redis.get(`number:${tenant}`)) ?? 0),
  };
}

const http = createServer((request, response) => {
  answer(request).then(
    (body) => response.setHeader("content-type", "application/json").end(JSON.stringify(body)),
    (error) => response.writeHead(500).end(JSON.stringify({ error: { code: "internal", message: String(error) } })),
  );
});
const io = new Server(http, {
  pingInterval: 2000,
  pingTimeout: 2000,
  ...(mode === "--recovery" ? { connectionStateRecovery: { maxDisconnectionDuration: 120_000, skipMiddlewares: true } } : {}),
});
let store = ownMemory();
if (mode === "--redis") {
  const pubClient = createClient({ url: redisUrl });
  const subClient = pubClient.duplicate();
  const data = pubClient.duplicate();
  await Promise.all([pubClient.connect(), subClient.connect(), data.connect()]);
  io.adapter(createAdapter(pubClient, subClient));
  store = sharedMemory(data);
}

// What is compared is delivery, so a token is simply the address.
const tenantOf = (email) => email.split("@")[1].split(".")[0];

const events = io.of("/events");
events.use((client, next) => {
  const token = client.handshake.auth?.token;
  if (!token) return next(new Error("Unauthorized"));
  client.data.user = { id: token, tenantId: tenantOf(token) };
  next();
});
events.on("connection", async (client) => {
  await client.join(`tenant:${client.data.user.tenantId}`);
  await client.join(`user:${client.data.user.id}`);
});

async function emitToTenant(tenantId, event, data) {
  const number = await store.next(tenantId);
  events.to(`tenant:${tenantId}`).emit(event, { event, data, timestamp: new Date().toISOString(), tenantId, number });
}

async function change(tenantId, user, load, event, fields) {
  const { loadNumber, status: previousStatus } = load;
  const changed = { ...load, ...fields, version: load.version + 1 };
  await store.put(tenantId, changed);
  const data = { loadId: load.id, loadNumber, previousStatus, newStatus: changed.status, updatedBy: user, load: changed };
  await emitToTenant(tenantId, event, data);
  return { data: changed };
}

async function answer(request) {
  let text = "";
  for await (const part of request) text += part;
  const body = text ? JSON.parse(text) : {};
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname === "/api/v1/auth/login") return { data: { accessToken: body.email, user: { email: body.email } } };
  const user = request.headers.authorization.replace("Bearer ", "");
  const tenantId = tenantOf(user);
  if (request.method === "GET") {
    // The number first: what happens in between is told to a page that has it already, never the other way round.
    const next = (await store.newest(tenantId)) + 1;
    return { data: await store.all(tenantId), next };
  }
  if (pathname === "/api/v1/loads") {
    const load = { id: randomUUID(), loadNumber: `LD-${Date.now()}`, status: "PENDING", version: 0 };
    return change(tenantId, user, load, "load:created", {});
  }
  const load = await store.get(tenantId, body.loadId);
  switch (pathname) {
    case "/api/v1/loads/status":
      return change(tenantId, user, load, "load:status:changed", { status: body.status, previous: load.status });
    case "/api/v1/loads/assign":
      return change(tenantId, user, load, "load:assigned", { carrier: body.carrierId, status: body.status ?? load.status });
    case "/api/v1/loads/cancel":
      return change(tenantId, user, load, "load:status:changed", { status: "CANCELLED" });
    case "/api/v1/loads/undo":
      return change(tenantId, user, load, "load:status:changed", { status: load.previous });
    default:
      throw new Error(`${pathname} is not known`);
  }
}

http.listen(0, "127.0.0.1", () => console.error(`Listening at http://127.0.0.1:${http.address().port}`));
