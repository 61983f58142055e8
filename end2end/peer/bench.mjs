// The standard's own stack, to be measured: socket.io on Node, its namespaces, rooms and events as the standard writes them.
// It is spared what ours does besides: it stores nothing and checks no token.
//   node bench.mjs --each     one message for each position, as the standard has it
//   node bench.mjs --batch    the positions of a quarter of a second in one message, as ours has it
import { createServer } from "node:http";
import { Server } from "socket.io";

const batching = process.argv[2] === "--batch";
const TICK_MS = 250;
const TENANT = "01999999-0000-7000-8000-000000000001";
const statuses = new Map();

const http = createServer((request, response) => {
  answer(request).then(
    (data) => response.setHeader("content-type", "application/json").end(JSON.stringify({ data })),
    (error) => response.writeHead(500).end(JSON.stringify({ error: { code: "internal", message: String(error) } })),
  );
});
const io = new Server(http);
const events = io.of("/events");
const tracking = io.of("/tracking");
for (const namespace of [events, tracking]) {
  namespace.use((client, next) => (client.handshake.auth?.token ? next() : next(new Error("Unauthorized"))));
  namespace.on("connection", async (client) => {
    await client.join(`tenant:${TENANT}`);
    await client.join(`user:${client.handshake.auth.token}`);
  });
}

const envelope = (event, data) => ({ event, data, timestamp: new Date().toISOString(), tenantId: TENANT });
const numberOf = (loadId) => `LD-203012-${loadId.slice(0, 5)}`;

/** The newest position of each load since the last message. */
const moved = new Map();
if (batching) {
  setInterval(() => {
    if (moved.size === 0) return;
    const positions = [...moved.values()];
    moved.clear();
    tracking.to("map").emit("fleet:positions", envelope("fleet:positions", { positions, full: false }));
  }, TICK_MS);
}

function move({ loadId, lat, lng, speed, heading }) {
  const update = envelope("load:location:updated", { loadId, loadNumber: numberOf(loadId), location: { lat, lng }, speed });
  tracking.to(`load:${loadId}`).emit("load:location:updated", update);
  if (batching) moved.set(loadId, [loadId, lat, lng, heading, speed, Date.now()]);
  else if (tracking.adapter.rooms.has("map")) tracking.to("map").emit("load:location:updated", update);
}

tracking.on("connection", (client) => {
  client.on("join:load", async ({ loadId }, ack) => {
    await client.join(`load:${loadId}`);
    ack({ joined: true });
  });
  // The standard tells the whole company; only those who look at the map count here, or drivers would be told as well.
  client.on("watch:fleet", async (_, ack) => {
    await client.join("map");
    ack({ watching: 0 });
  });
  client.on("location:update", (update, ack) => {
    move(update);
    ack({ received: true });
  });
});

async function answer(request) {
  let text = "";
  for await (const part of request) text += part;
  const body = text ? JSON.parse(text) : {};
  switch (request.url) {
    case "/api/v1/auth/login":
      return { accessToken: body.email };
    case "/api/v1/loads/status": {
      const { loadId, status } = body;
      const previousStatus = statuses.get(loadId) ?? "DISPATCHED";
      statuses.set(loadId, status);
      const data = { loadId, loadNumber: numberOf(loadId), previousStatus, newStatus: status, updatedBy: "dispatch1" };
      events.to(`tenant:${TENANT}`).emit("load:status:changed", envelope("load:status:changed", data));
      return { id: loadId, status };
    }
    case "/api/v1/positions":
      body.positions.forEach(move);
      return { accepted: body.positions.length };
    default:
      throw new Error(`${request.url} is not known`);
  }
}

http.listen(0, "127.0.0.1", () => console.error(`Listening at http://127.0.0.1:${http.address().port}`));
