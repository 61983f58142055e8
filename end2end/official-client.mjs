// What any program may rely on, asked by the official Socket.IO client over each of its transports.
// The integration tests run it against a server on each database:
//   node end2end/official-client.mjs '{"url", "load", "version", "dispatcher", "driver", "stranger"}'   (tokens)
import assert from "node:assert/strict";
import { io } from "socket.io-client";

const { url, load, dispatcher, driver, stranger, ...start } = JSON.parse(process.argv[2]);
let version = start.version;
const open = [];

function socket(namespace, token, transports, auth = {}) {
  const client = io(url + namespace, { auth: { token, ...auth }, transports, forceNew: true, reconnection: false });
  client.heard = [];
  client.onAny((name, body) => client.heard.push([name, body]));
  open.push(client);
  return client;
}

const within = (what, promise) =>
  Promise.race([promise, new Promise((_, failed) => setTimeout(() => failed(new Error(`${what} did not come`)), 10_000))]);
const event = (client, name) => within(name, new Promise((done) => client.once(name, done)));
const refused = (client) => within("connect_error", new Promise((done) => client.once("connect_error", done)));

/** The first event of this name that was heard or will be. */
function told(client, name) {
  const known = client.heard.find(([heard]) => heard === name);
  return known ? Promise.resolve(known[1]) : event(client, name);
}

async function move(status) {
  const answer = await fetch(`${url}/api/v1/loads/status`, {
    method: "POST",
    headers: { authorization: `Bearer ${dispatcher}`, "content-type": "application/json" },
    body: JSON.stringify({ loadId: load, version, status }),
  });
  const body = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(body));
  version = body.data.version;
}

/** A message of the fleet stream, read as its description says. */
function frame(bytes) {
  assert.ok(Buffer.isBuffer(bytes));
  let at = 0;
  const byte = () => bytes[at++];
  const varint = () => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const next = byte();
      value += (next & 127) * scale;
      if (next < 128) return value;
    }
  };
  const signed = () => {
    const value = varint();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  };
  const list = (item) => Array.from({ length: varint() }, item);
  const id = () => bytes.toString("hex", at, (at += 16)).replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  const [version, whole] = [byte(), byte()];
  const newcomers = new Map(list(() => [varint(), id()]));
  const gone = list(varint);
  const count = varint();
  const positions = [];
  if (count > 0) {
    const [newest, south, west, width] = [signed(), signed(), signed(), byte()];
    const offset = () => bytes.readUIntLE((at += width) - width, width);
    for (let number = 0; positions.length < count; ) {
      number += varint();
      const [lat, lng] = [(south + offset()) / 1e5, (west + offset()) / 1e5];
      const [heading, speed] = [byte() * 1.5, byte()];
      positions.push({ number, lat, lng, heading, speed, at: newest - varint() });
    }
  }
  assert.equal(at, bytes.length);
  return { version, whole, newcomers, gone, positions };
}

function isWhole(envelope, name) {
  assert.equal(envelope.event, name);
  for (const field of ["data", "timestamp", "tenantId", "id", "stream", "seq", "epoch"]) assert.ok(field in envelope, field);
  assert.match(envelope.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.ok(!JSON.stringify(envelope).includes("RateCents"), "events carry no money");
}

async function strangersAreRefused(transports) {
  assert.equal((await refused(socket("/events", undefined, transports))).message, "Unauthorized");
  assert.equal((await refused(socket("/events", "x.y.z", transports))).message, "Unauthorized");
  assert.ok(await refused(socket("/elsewhere", dispatcher, transports)));

  const foreign = socket("/tracking", stranger, transports);
  await event(foreign, "connect");
  for (const name of ["join:load", "location:update"]) {
    const answer = await foreign.emitWithAck(name, { loadId: load, lat: 39.1, lng: -94.6 });
    assert.ok(["not_found", "forbidden"].includes(answer.error.code), JSON.stringify(answer));
  }
}

async function everyQuestionIsAnswered(transports) {
  const client = socket("/tracking", driver, transports);
  await event(client, "connect");
  const bad = [undefined, null, "text", 7, [], {}, { loadId: "no-id" }, { loadId: load, lat: "39", lng: -94 }];
  for (const payload of bad) {
    for (const name of ["join:load", "location:update"]) {
      const answered = payload === undefined ? client.emitWithAck(name) : client.emitWithAck(name, payload);
      const answer = await within(`an answer to ${name} with ${JSON.stringify(payload)}`, answered);
      const isLoad = name === "join:load" && payload?.loadId === load;
      if (!isLoad) assert.equal(answer.error?.code, "invalid", `${name} ${JSON.stringify(payload)}: ${JSON.stringify(answer)}`);
    }
  }
  const outside = await client.emitWithAck("location:update", { loadId: load, lat: 90.1, lng: -94 });
  assert.equal(outside.error.code, "bad_coordinates");
  const early = await client.emitWithAck("location:update", { loadId: load, lat: 39, lng: -94, recordedAt: "2031-01-01T00:00:00.000Z" });
  assert.equal(early.error.code, "bad_time");
}

async function positionsReachWatchers(transports) {
  const watcher = socket("/tracking", dispatcher, transports);
  await event(watcher, "connect");
  assert.deepEqual(await watcher.emitWithAck("join:load", { loadId: load }), { joined: true });
  const { watching } = await watcher.emitWithAck("watch:fleet", {});
  assert.ok(Number.isInteger(watching));
  const whole = frame((await told(watcher, "fleet:positions")).data.positions);
  assert.deepEqual([whole.version, whole.whole, whole.positions.length], [1, 1, watching]);

  const sender = socket("/tracking", driver, transports);
  await event(sender, "connect");
  const heard = Promise.all(["load:location:updated", "location:updated"].map((name) => event(watcher, name)));
  const answer = await sender.emitWithAck("location:update", { loadId: load, lat: 39.2, lng: -94.5, speed: 55, heading: 270 });
  assert.deepEqual(answer, { received: true });
  for (const envelope of await heard) {
    assert.equal(envelope.data.loadId, load);
    assert.deepEqual(envelope.data.location, { lat: 39.2, lng: -94.5 });
    assert.equal(envelope.data.speed, 55);
  }
  const seen = (name) => {
    for (const [heard, envelope] of watcher.heard) {
      if (heard !== name) continue;
      const { newcomers, positions } = frame(envelope.data.positions);
      newcomers.forEach((id, number) => loads.set(number, id));
      const own = positions.find(({ number, lat }) => loads.get(number) === load && lat === 39.2);
      if (own) return own;
    }
  };
  const loads = new Map();
  while (!seen("fleet:positions")) await event(watcher, "fleet:positions");
  const { lng, heading, speed } = seen("fleet:positions");
  assert.deepEqual({ lng, heading, speed }, { lng: -94.5, heading: 270, speed: 55 });
  assert.deepEqual(await watcher.emitWithAck("leave:load", { loadId: load }), { left: true });
}

async function nothingIsMissed(transports, first, second) {
  const reader = socket("/events", dispatcher, transports);
  await event(reader, "connect");
  const { cursor } = await told(reader, "sync:head");
  assert.ok(Object.keys(cursor).some((stream) => stream.startsWith("tenant:")));

  const changed = event(reader, "load:status:changed");
  await move(first);
  const live = await changed;
  isWhole(live, "load:status:changed");
  assert.equal(live.data.newStatus, first);
  reader.disconnect();

  await move(second);
  const back = socket("/events", dispatcher, transports, { since: cursor });
  const head = await event(back, "sync:head");
  const missed = back.heard.filter(([, envelope]) => envelope.seq !== undefined).map(([, envelope]) => envelope);
  const statuses = missed.filter((envelope) => envelope.event === "load:status:changed").map((envelope) => envelope.data.newStatus);
  assert.deepEqual(statuses, [first, second]);
  const seqs = missed.map((envelope) => envelope.seq);
  assert.deepEqual(seqs, seqs.map((_, n) => seqs[0] + n), "no holes and nothing twice");

  const asked = await back.emitWithAck("sync:request", { since: cursor });
  assert.equal(asked.snapshot, false);
  assert.deepEqual(asked.events.map((envelope) => envelope.id), missed.map((envelope) => envelope.id));
  assert.deepEqual(asked.cursor, head.cursor);
  const unknown = await back.emitWithAck("sync:request", { since: Object.fromEntries(Object.keys(cursor).map((s) => [s, "gone:1"])) });
  assert.deepEqual([unknown.snapshot, unknown.events], [true, []]);
}

const moves = [["AT_PICKUP", "PICKED_UP"], ["IN_TRANSIT", "AT_DELIVERY"]];
for (const transports of [["websocket"], ["polling"]]) {
  await strangersAreRefused(transports);
  await everyQuestionIsAnswered(transports);
  await positionsReachWatchers(transports);
  await nothingIsMissed(transports, ...moves.shift());
  console.log(`${transports[0]}: as promised`);
}
for (const client of open) client.disconnect();
