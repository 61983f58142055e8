// The Engine.IO v4 and Socket.IO v5 protocol documents, statement by statement, against a running desk: by plain requests
// and plain WebSockets, so that no client library smooths anything over. These cases are our own; the protocols' official
// suites are not published as packages.
//   node end2end/protocol.mjs '{"url", "token", "load", "pingInterval", "pingTimeout"}'
import assert from "node:assert/strict";
import { request } from "node:http";
import test from "node:test";
import WebSocket from "ws";

const { url, token, load, pingInterval, pingTimeout } = JSON.parse(process.argv[2]);
const SEPARATOR = "\x1e";
const PATIENCE = 20_000;
const login = JSON.stringify({ token });
const path = (query) => `${url}/socket.io/?${new URLSearchParams(query)}`;
const polling = (sid) => path({ EIO: 4, transport: "polling", ...(sid && { sid }) });
const socketUrl = (query) => path(query).replace("http", "ws");

const within = (what, promise) =>
  Promise.race([promise, new Promise((_, fail) => setTimeout(() => fail(new Error(`${what} did not happen`)), PATIENCE).unref())]);

async function post(sid, body, headers = { "content-type": "text/plain;charset=UTF-8" }) {
  return fetch(polling(sid), { method: "POST", body, headers });
}

async function openPolling() {
  const answer = await fetch(polling());
  assert.equal(answer.status, 200);
  const text = await answer.text();
  return { text, ...JSON.parse(text.slice(1)) };
}

/** Polls until a packet comes that is wanted; pings are answered meanwhile. */
async function pollFor(sid, wanted) {
  const seen = [];
  for (;;) {
    const answer = await within("an answer to a poll", fetch(polling(sid)));
    assert.equal(answer.status, 200, `the session lives; seen ${seen}`);
    for (const packet of (await answer.text()).split(SEPARATOR)) {
      seen.push(packet);
      if (packet === "2") await post(sid, "3");
      if (wanted(packet)) return packet;
    }
  }
}

const open = new Set();
// Whatever a failed case left open would keep this process alive.
test.after(() => open.forEach((ws) => ws.terminate()));

/** A bare WebSocket with everything it was told in order. */
function bare(query, keepAlive = true) {
  const ws = new WebSocket(socketUrl(query));
  open.add(ws);
  const told = [];
  const waiting = [];
  const deliver = () => {
    while (waiting.length > 0) {
      const at = told.findIndex(waiting[0].wanted);
      if (at < 0) return;
      waiting.shift().resolve(told.splice(at, 1)[0]);
    }
  };
  ws.on("message", (data, isBinary) => {
    const packet = isBinary ? data : data.toString();
    if (packet === "2" && keepAlive) ws.send("3");
    told.push(packet);
    deliver();
  });
  ws.on("error", () => {});
  const closed = new Promise((resolve) => ws.on("close", (code) => resolve(code)));
  return {
    ws,
    told,
    closed: () => within("the end of the connection", closed),
    opened: () => within("the opening", new Promise((resolve, fail) => ws.on("open", resolve).on("error", fail))),
    hears: (wanted) => within(`hearing ${wanted}`, new Promise((resolve) => {
      waiting.push({ wanted: typeof wanted === "string" ? (packet) => packet === wanted : wanted, resolve });
      deliver();
    })),
    say: (packet) => ws.send(packet),
    end: () => ws.terminate(),
  };
}

const starts = (text) => (packet) => typeof packet === "string" && packet.startsWith(text);

async function openSocket(keepAlive = true) {
  const socket = bare({ EIO: 4, transport: "websocket" }, keepAlive);
  const open = JSON.parse((await socket.hears(starts("0"))).slice(1));
  return Object.assign(socket, { open });
}

async function inNamespace(name = "/tracking") {
  const socket = await openSocket();
  socket.say(`40${name},${login}`);
  await socket.hears(starts(`40${name},`));
  return socket;
}

const refused = async (query) => {
  const ws = new WebSocket(socketUrl(query));
  return within("a refusal", new Promise((resolve, fail) => {
    ws.on("open", () => fail(new Error("it was let in")));
    ws.on("unexpected-response", (_, response) => resolve(response.statusCode));
    ws.on("error", () => {});
  }));
};

// ------------------------------------------------------------------------------------------------- Engine.IO v4
test("Engine.IO: handshake", { concurrency: true }, async (t) => {
  await t.test("a GET without sid opens a session, as plain text", async () => {
    const answer = await fetch(polling());
    assert.match(answer.headers.get("content-type"), /^text\/plain/i);
    const text = await answer.text();
    assert.equal(text[0], "0");
    const open = JSON.parse(text.slice(1));
    assert.equal(typeof open.sid, "string");
    assert.deepEqual(open.upgrades, ["websocket"]);
    assert.deepEqual([open.pingInterval, open.pingTimeout], [pingInterval, pingTimeout]);
    assert.ok(Number.isInteger(open.maxPayload));
    assert.deepEqual(Object.keys(open).sort(), ["maxPayload", "pingInterval", "pingTimeout", "sid", "upgrades"]);
  });
  await t.test("session ids are never the same", async () => {
    const sids = await Promise.all(Array.from({ length: 20 }, () => openPolling().then((open) => open.sid)));
    assert.equal(new Set(sids).size, 20);
  });
  await t.test("a WebSocket without sid opens a session that needs no upgrade", async () => {
    const socket = await openSocket();
    assert.deepEqual(socket.open.upgrades, []);
    assert.equal(socket.open.pingInterval, pingInterval);
    socket.end();
  });
  for (const [what, query] of [
    ["without EIO", { transport: "polling" }],
    ["with an EIO that is no number", { EIO: "abc", transport: "polling" }],
    ["with an EIO of the future", { EIO: 5, transport: "polling" }],
    ["without a transport", { EIO: 4 }],
    ["with an unknown transport", { EIO: 4, transport: "abc" }],
    ["with an unknown sid", { EIO: 4, transport: "polling", sid: "abc" }],
    ["with a sid of odd characters", { EIO: 4, transport: "polling", sid: "__proto__" }],
  ]) {
    await t.test(`a GET ${what} is a bad request`, async () => assert.equal((await fetch(path(query))).status, 400));
    await t.test(`a POST ${what} is a bad request`, async () => {
      assert.equal((await fetch(path(query), { method: "POST", body: "4" })).status, 400);
    });
  }
  await t.test("a session can't be opened by a POST", async () => assert.equal((await post("", "4")).status, 400));
  for (const method of ["PUT", "DELETE", "PATCH"]) {
    await t.test(`a session can't be opened by ${method}`, async () => {
      assert.ok([400, 405].includes((await fetch(polling(), { method })).status));
    });
  }
  for (const [what, query] of [
    ["without EIO", { transport: "websocket" }],
    ["with a wrong EIO", { EIO: "abc", transport: "websocket" }],
    ["without a transport", { EIO: 4 }],
    ["with an unknown transport", { EIO: 4, transport: "abc" }],
    ["with an unknown sid", { EIO: 4, transport: "websocket", sid: "abc" }],
  ]) {
    await t.test(`a WebSocket ${what} is refused`, async () => assert.equal(await refused(query), 400));
  }
});

test("Engine.IO: heartbeat", { concurrency: true }, async (t) => {
  await t.test("over polling the server pings, and a session that answers lives on", async () => {
    const { sid } = await openPolling();
    for (let n = 0; n < 4; n++) await pollFor(sid, (packet) => packet === "2");
  });
  await t.test("over a WebSocket the server pings, and a session that answers lives on", async () => {
    const socket = await openSocket();
    for (let n = 0; n < 4; n++) await socket.hears("2");
    socket.end();
  });
  await t.test("over polling a session that doesn't answer ends", async () => {
    const { sid } = await openPolling();
    const until = Date.now() + PATIENCE;
    let answer;
    do answer = await fetch(polling(sid));
    while (answer.status === 200 && Date.now() < until);
    assert.equal(answer.status, 400);
  });
  // The library's first ping comes at once instead of after an interval, so the time runs from there.
  await t.test("over a WebSocket a session that doesn't answer ends, and not before its time", async () => {
    const socket = await openSocket(false);
    await socket.hears("2");
    const asked = performance.now();
    await socket.closed();
    // Timers may be a little early.
    assert.ok(performance.now() - asked >= pingTimeout * 0.8);
  });
});

test("Engine.IO: closing and what is no packet", { concurrency: true }, async (t) => {
  await t.test("over polling a close packet ends the session, and a poll that waits is answered", async () => {
    const { sid } = await openPolling();
    const waiting = fetch(polling(sid));
    await post(sid, "1");
    const answer = await within("an answer", waiting);
    assert.ok([200, 400].includes(answer.status));
    assert.equal((await fetch(polling(sid))).status, 400);
  });
  await t.test("over a WebSocket a close packet ends the connection", async () => {
    const socket = await openSocket();
    socket.say("1");
    await socket.closed();
  });
  await t.test("over polling what is no packet ends the session", async () => {
    const { sid } = await openPolling();
    assert.equal((await post(sid, "abc")).status, 400);
    assert.equal((await fetch(polling(sid))).status, 400);
  });
  await t.test("over a WebSocket what is no packet ends the connection", async () => {
    const socket = await openSocket();
    socket.say("abc");
    await socket.closed();
  });
  await t.test("two polls at once are refused, and the session ends", async () => {
    const { sid } = await openPolling();
    await pollFor(sid, (packet) => packet === "2");
    const answers = await Promise.all([fetch(polling(sid)), fetch(polling(sid))]);
    assert.ok(answers.some((answer) => answer.status === 400));
    const until = Date.now() + PATIENCE;
    let status;
    do ({ status } = await fetch(polling(sid)));
    while (status === 200 && Date.now() < until);
    assert.equal(status, 400);
  });
  await t.test("a poll that is given up ends the session", async () => {
    const { sid } = await openPolling();
    await new Promise((done) => {
      const poll = request(polling(sid));
      poll.on("error", () => {}).on("close", done).end();
      setTimeout(() => poll.destroy(), 20);
    });
    const until = Date.now() + PATIENCE;
    let status;
    do ({ status } = await fetch(polling(sid)));
    while (status === 200 && Date.now() < until);
    assert.equal(status, 400);
  });
  await t.test("a message that is longer than maxPayload ends the session on both transports", async () => {
    const { sid, maxPayload } = await openPolling();
    assert.ok((await post(sid, "4".padEnd(maxPayload + 1, "x"))).status >= 400);
    const socket = await openSocket();
    socket.say("4".padEnd(maxPayload + 1_000, "x"));
    await socket.closed();
  });
});

test("Engine.IO: payloads over polling", { concurrency: true }, async (t) => {
  await t.test("a POST with one packet is answered with ok", async () => {
    const { sid } = await openPolling();
    const answer = await post(sid, `40/tracking,${login}`);
    assert.equal(answer.status, 200);
    assert.equal(await answer.text(), "ok");
    await pollFor(sid, starts("40/tracking,"));
  });
  await t.test("several packets are separated by the record separator, both ways", async () => {
    const { sid } = await openPolling();
    await post(sid, [`40/tracking,${login}`, `40/events,${login}`].join(SEPARATOR));
    const wanted = new Set(["40/tracking,", "40/events,"]);
    await pollFor(sid, (packet) => {
      for (const start of wanted) if (packet.startsWith(start)) wanted.delete(start);
      return wanted.size === 0;
    });
  });
  await t.test("binary goes as base64 after a b", async () => {
    const { sid } = await openPolling();
    await post(sid, `40/tracking,${login}`);
    await pollFor(sid, starts("40/tracking,"));
    const placeholder = '{"_placeholder":true,"num":0}';
    await post(sid, [`451-/tracking,7["join:load",${placeholder}]`, "bAQIDBA=="].join(SEPARATOR));
    const answer = await pollFor(sid, starts("43/tracking,7"));
    assert.equal(JSON.parse(answer.slice("43/tracking,7".length))[0].error.code, "invalid");
  });
  await t.test("text beyond ASCII arrives whole", async () => {
    const { sid } = await openPolling();
    await post(sid, `40/tracking,${login}`);
    await pollFor(sid, starts("40/tracking,"));
    await post(sid, '42/tracking,8["join:load",{"loadId":"Zürich 👋"}]');
    await pollFor(sid, starts("43/tracking,8"));
  });
});

test("Engine.IO: upgrade", { concurrency: true }, async (t) => {
  const upgraded = async () => {
    const { sid } = await openPolling();
    const socket = bare({ EIO: 4, transport: "websocket", sid });
    await socket.opened();
    socket.say("2probe");
    await socket.hears("3probe");
    return { sid, socket };
  };
  await t.test("a probe is answered, and after the upgrade packet the session goes on over the WebSocket", async () => {
    const { socket } = await upgraded();
    socket.say("5");
    socket.say(`40/tracking,${login}`);
    await socket.hears(starts("40/tracking,"));
    await socket.hears("2");
    socket.end();
  });
  await t.test("a poll that waits is released by the probe", async () => {
    const { sid } = await openPolling();
    const waiting = fetch(polling(sid));
    const socket = bare({ EIO: 4, transport: "websocket", sid });
    await socket.opened();
    socket.say("2probe");
    await socket.hears("3probe");
    const packets = (await (await within("an answer", waiting)).text()).split(SEPARATOR);
    assert.ok(packets.includes("6") || packets.includes("2"), `${packets}`);
    socket.end();
  });
  await t.test("after the upgrade polls of the session are bad requests", async () => {
    const { sid, socket } = await upgraded();
    socket.say("5");
    socket.say(`40/tracking,${login}`);
    await socket.hears(starts("40/tracking,"));
    assert.equal((await fetch(polling(sid))).status, 400);
    assert.equal((await post(sid, "4")).status, 400);
    socket.end();
  });
  await t.test("after the upgrade a second WebSocket of the session is refused, and the first lives on", async () => {
    const { sid, socket } = await upgraded();
    socket.say("5");
    socket.say(`40/tracking,${login}`);
    await socket.hears(starts("40/tracking,"));
    const second = bare({ EIO: 4, transport: "websocket", sid });
    await second.closed();
    socket.say('42/tracking,1["leave:load",{}]');
    await socket.hears(starts("43/tracking,1"));
    socket.end();
  });
  await t.test("a probe that says something else is no upgrade", async () => {
    const { sid } = await openPolling();
    const socket = bare({ EIO: 4, transport: "websocket", sid });
    await socket.opened();
    socket.say("2nonsense");
    await socket.closed();
  });
});

// ------------------------------------------------------------------------------------------------- Socket.IO v5
test("Socket.IO: connecting to a namespace", { concurrency: true }, async (t) => {
  await t.test("is asked for by the client, and answered with a session id of its own", async () => {
    const socket = await openSocket();
    socket.say(`40/tracking,${login}`);
    const answer = JSON.parse((await socket.hears(starts("40/tracking,"))).slice("40/tracking,".length));
    assert.equal(typeof answer.sid, "string");
    socket.end();
  });
  await t.test("the main namespace isn't there, and that is said", async () => {
    const socket = await openSocket();
    socket.say(`40${login}`);
    assert.equal(await socket.hears(starts("44")), '44{"message":"Invalid namespace"}');
    socket.end();
  });
  await t.test("a namespace that isn't there is refused by name", async () => {
    const socket = await openSocket();
    socket.say(`40/random,${login}`);
    assert.equal(await socket.hears(starts("44")), '44/random,{"message":"Invalid namespace"}');
    socket.end();
  });
  await t.test("whoever isn't let in is told why", async () => {
    const socket = await openSocket();
    socket.say("40/tracking,");
    const answer = await socket.hears(starts("44/tracking,"));
    assert.equal(JSON.parse(answer.slice("44/tracking,".length)).message, "Unauthorized");
    socket.end();
  });
  await t.test("after a refusal the connection can be used for another try", async () => {
    const socket = await openSocket();
    socket.say('40/tracking,{"token":"wrong"}');
    await socket.hears(starts("44/tracking,"));
    socket.say(`40/tracking,${login}`);
    await socket.hears(starts("40/tracking,"));
    socket.end();
  });
  await t.test("one connection carries several namespaces", async () => {
    const socket = await openSocket();
    for (const name of ["/events", "/dispatch", "/tracking", "/notifications"]) {
      socket.say(`40${name},${login}`);
      await socket.hears(starts(`40${name},`));
    }
    socket.end();
  });
  await t.test("whoever connects to none is let go", async () => {
    const socket = await openSocket();
    await socket.closed();
  });
  await t.test("auth that is no JSON ends the connection", async () => {
    const socket = await openSocket();
    socket.say("40/tracking,{token");
    await Promise.race([socket.closed(), socket.hears(starts("44"))]);
    socket.end();
  });
});

test("Socket.IO: disconnecting from a namespace", { concurrency: true }, async (t) => {
  await t.test("leaves the other namespaces and the connection as they are", async () => {
    const socket = await inNamespace();
    socket.say(`40/events,${login}`);
    await socket.hears(starts("40/events,"));
    socket.say("41/tracking,");
    socket.say('42/events,3["leave:load",{}]');
    await socket.hears(starts("43/events,3"));
    socket.end();
  });
  // The library finishes leaving in the background and passes over a connect that comes meanwhile, so it is repeated.
  await t.test("can be followed by connecting again", async () => {
    const socket = await inNamespace();
    socket.say("41/tracking,");
    const again = setInterval(() => socket.say(`40/tracking,${login}`), pingInterval);
    await socket.hears(starts("40/tracking,"));
    clearInterval(again);
    socket.end();
  });
  await t.test("the end of the connection ends all of it", async () => {
    const socket = await inNamespace();
    socket.say("1");
    await socket.closed();
  });
});

test("Socket.IO: events and answers", { concurrency: true }, async (t) => {
  await t.test("an event with an id is answered with the same id", async () => {
    const socket = await inNamespace();
    for (const id of [0, 1, 12, 456_789]) {
      socket.say(`42/tracking,${id}["join:load",{"loadId":"${load}"}]`);
      assert.equal(await socket.hears(starts(`43/tracking,${id}[`)), `43/tracking,${id}[{"joined":true}]`);
    }
    socket.end();
  });
  await t.test("an event without an id is taken and not answered", async () => {
    const socket = await inNamespace();
    socket.say(`42/tracking,["join:load",{"loadId":"${load}"}]`);
    socket.say(`42/tracking,5["leave:load",{"loadId":"${load}"}]`);
    await socket.hears(starts("43/tracking,5"));
    assert.equal(socket.told.filter(starts("43")).length, 0);
    socket.end();
  });
  await t.test("an event with further arguments is taken", async () => {
    const socket = await inNamespace();
    socket.say(`42/tracking,6["join:load",{"loadId":"${load}"},1,"2",[false]]`);
    await socket.hears(starts("43/tracking,6"));
    socket.end();
  });
  await t.test("an event without arguments is answered", async () => {
    const socket = await inNamespace();
    socket.say('42/tracking,7["join:load"]');
    assert.match(await socket.hears(starts("43/tracking,7")), /"invalid"/);
    socket.end();
  });
  await t.test("an event that nobody knows is answered", async () => {
    const socket = await inNamespace();
    socket.say('42/tracking,8["nonsense",1]');
    assert.match(await socket.hears(starts("43/tracking,8")), /"not_found"/);
    socket.end();
  });
  await t.test("a binary event takes its attachment", async () => {
    const socket = await inNamespace();
    socket.say('451-/tracking,9["join:load",{"_placeholder":true,"num":0}]');
    socket.say(Buffer.from([1, 2, 3]));
    assert.match(await socket.hears(starts("43/tracking,9")), /"invalid"/);
    socket.end();
  });
  await t.test("an event to a namespace that isn't connected is never answered", async () => {
    const socket = await inNamespace();
    socket.say('42/events,1["leave:load",{}]');
    const after = (async () => {
      socket.say('42/tracking,2["leave:load",{}]');
      await socket.hears(starts("43/tracking,2"));
    })();
    await Promise.race([after, socket.closed()]);
    assert.equal(socket.told.filter(starts("43/events")).length, 0);
    socket.end();
  });
});

test("Socket.IO: what is no packet ends the connection", { concurrency: true }, async (t) => {
  for (const [what, packet] of [
    ["an unknown type", "4abc"],
    ["a type beyond the last one", "49"],
    ["an event that is no list", "42/tracking,{}"],
    ["an event whose JSON is broken", '42/tracking,["join:load"'],
    ["an event without a name", "42/tracking,[]"],
    ["an event whose name is a number", "42/tracking,[1]"],
    ["an answer with an id that is none", "43/tracking,abc[1]"],
    ["a binary event without its count", '45/tracking,["x",{"_placeholder":true,"num":0}]'],
    ["two attachments, where no event here has even one", '452-/tracking,["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]'],
    ["more attachments than anybody means", '4599999999-/tracking,["x"]'],
    ["six bytes with a letter of two in front", "4é1234"],
  ]) {
    await t.test(what, async () => {
      const socket = await inNamespace();
      socket.say(packet);
      await socket.closed();
    });
  }
  await t.test("a binary event of no attachments does no harm", async () => {
    const socket = await inNamespace();
    socket.say('450-/tracking,4["join:load"]');
    socket.say('42/tracking,5["leave:load",{}]');
    await Promise.race([socket.closed(), socket.hears(starts("43/tracking,5"))]);
    socket.end();
  });
  await t.test("and harms nobody else", async () => (await inNamespace()).end());
});
