// A driver's page: asks, shares where the telephone is while it is open in front, keeps what can't be sent, and says
// honestly how it does. Nothing is loaded but this file; everything that is said in words comes with the page.
(function () {
  "use strict";

  const main = document.getElementById("main");
  const words = JSON.parse(main.dataset.words);
  const link = main.dataset.link;
  const base = location.pathname;
  const at = (id) => document.getElementById(id);

  // A batch is as large as the server takes at once.
  const BATCH = 500;
  // A truck that drives is noted every so many milliseconds or metres; one that stands, now and then.
  const STEP_MS = 15000;
  const STEP_M = 150;
  const STANDING_MS = 120000;
  // So often the page says that it is there, and hears what became of the load.
  const BEAT_MS = 30000;
  const RETRY_MS = [2000, 5000, 10000, 30000, 60000];
  const MPH_PER_MPS = 2.236936;

  let on = false;
  let over = false;
  let denied = false;
  let blind = false;
  let early = false;
  let reached = true;
  let sentAt = null;
  let count = 0;
  let pause = null;
  let hiddenAt = null;
  let watch = null;
  let lock = null;
  let last = null;
  let sending = false;
  let again = false;
  let failures = 0;
  let retry = null;
  let beat = null;

  // ---- What waits to be sent: in the browser's own database, or in memory where that isn't to be had. ----

  const memory = [];
  let opened = null;

  function database() {
    if (!opened) {
      opened = new Promise((done) => {
        let ask;
        try {
          ask = indexedDB.open("headhaul-driver", 1);
        } catch (_) {
          return done(null);
        }
        ask.onupgradeneeded = () => {
          ask.result.createObjectStore("fixes", { keyPath: "key", autoIncrement: true }).createIndex("link", "link");
        };
        ask.onsuccess = () => done(ask.result);
        ask.onerror = ask.onblocked = () => done(null);
      });
    }
    return opened;
  }

  async function within(mode, work) {
    const db = await database();
    if (!db) return null;
    return new Promise((done) => {
      let answer = null;
      const tx = db.transaction("fixes", mode);
      work(tx.objectStore("fixes"), (value) => (answer = value));
      tx.oncomplete = () => done(answer);
      tx.onerror = tx.onabort = () => done(null);
    });
  }

  async function keep(fix) {
    const kept = await within("readwrite", (fixes, give) => {
      fixes.add({ link: link, fix: fix });
      give(true);
    });
    if (!kept) memory.push({ fix: fix });
    count += 1;
  }

  async function oldest() {
    const found = [];
    await within("readonly", (fixes) => {
      fixes.index("link").openCursor(IDBKeyRange.only(link)).onsuccess = (event) => {
        const cursor = event.target.result;
        if (cursor && found.length < BATCH) {
          found.push(cursor.value);
          cursor.continue();
        }
      };
    });
    return found.concat(memory.slice(0, BATCH - found.length));
  }

  async function forget(batch) {
    await within("readwrite", (fixes) => batch.forEach((one) => one.key && fixes.delete(one.key)));
    batch.forEach((one) => {
      const place = memory.indexOf(one);
      if (place >= 0) memory.splice(place, 1);
    });
    await recount();
  }

  async function recount() {
    const kept = await within("readonly", (fixes, give) => {
      fixes.index("link").count(IDBKeyRange.only(link)).onsuccess = (event) => give(event.target.result);
    });
    count = (kept || 0) + memory.length;
  }

  async function forgetAll() {
    memory.length = 0;
    await within("readwrite", (fixes) => {
      fixes.index("link").openKeyCursor(IDBKeyRange.only(link)).onsuccess = (event) => {
        const cursor = event.target.result;
        if (cursor) {
          fixes.delete(cursor.primaryKey);
          cursor.continue();
        }
      };
    });
    count = 0;
  }

  // ---- Calls. ----

  async function call(what, body) {
    const answer = await fetch(base + "/" + what + "?lang=" + document.documentElement.lang, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      keepalive: what === "say",
    });
    reached = true;
    if (answer.status === 404) end();
    return answer;
  }

  /** One word after the other, so that what is said last is heard last. Only what a page says as it goes can't wait. */
  let spoken = Promise.resolve();
  function say(ask) {
    spoken = document.hidden ? tell(ask) : spoken.then(() => tell(ask));
    return spoken;
  }

  /** Says how the page does; what comes back is how the load stands. */
  async function tell(ask) {
    if (over) return false;
    try {
      const answer = await call("say", Object.assign({ waiting: count }, ask));
      if (answer.ok) show((await answer.json()).data);
      return answer.ok;
    } catch (_) {
      reached = false;
      return false;
    } finally {
      draw();
    }
  }

  function state() {
    if (denied) return "DENIED";
    return document.hidden ? "PAUSED" : "SENDING";
  }

  /** Sends what waits, oldest first, a batch after the other. */
  async function send() {
    if (sending) {
      again = true;
      return;
    }
    sending = true;
    clearTimeout(retry);
    try {
      for (let batch = await oldest(); batch.length && !over; batch = await oldest()) {
        const answer = await call("positions", { positions: batch.map((one) => one.fix) });
        if (answer.ok || answer.status === 400) {
          // What can't be taken today can't be taken tomorrow.
          await forget(batch);
          failures = 0;
          const taken = answer.ok ? (await answer.json()).data : { accepted: 0, duplicates: 0, rejected: [] };
          early = taken.rejected.some((one) => one.code === "not_under_way");
          if (taken.accepted + taken.duplicates > 0) sentAt = new Date();
        } else if (answer.status === 422) {
          // The driver has stopped sharing on another telephone.
          rest();
          await forgetAll();
        } else if (!over) {
          throw new Error(String(answer.status));
        } else {
          break;
        }
      }
    } catch (fault) {
      reached = /^\d+$/.test(fault.message);
      retry = setTimeout(send, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
      failures += 1;
    }
    sending = false;
    draw();
    if (again) {
      again = false;
      send();
    }
  }

  // ---- Where the telephone is. ----

  function metres(one, other) {
    const turn = Math.PI / 180;
    const x = (other.lng - one.lng) * turn * Math.cos(((one.lat + other.lat) / 2) * turn);
    const y = (other.lat - one.lat) * turn;
    return Math.sqrt(x * x + y * y) * 6371000;
  }

  const known = (value) => (typeof value === "number" && isFinite(value) && value >= 0 ? value : null);

  async function take(position, wanted) {
    if (!on || over) return;
    denied = blind = false;
    const place = position.coords;
    // By the telephone's clock now: some browsers date a place that they had before as they please.
    const fix = {
      lat: place.latitude,
      lng: place.longitude,
      recordedAt: new Date().toISOString(),
      speed: known(place.speed) === null ? null : place.speed * MPH_PER_MPS,
      heading: known(place.heading),
      accuracy: known(place.accuracy),
    };
    const now = Date.now();
    const since = last ? now - last.at : Infinity;
    const moved = last ? metres(last.fix, fix) : Infinity;
    const due = wanted || since >= STANDING_MS || (moved > 20 && since >= STEP_MS) || (moved >= STEP_M && since >= 3000);
    if (!due) return draw();
    last = { fix: fix, at: now };
    await keep(fix);
    draw();
    send();
  }

  function lost(fault) {
    if (!on) return;
    const was = denied;
    denied = fault.code === 1;
    blind = !denied;
    if (denied && !was) say({ state: "DENIED" });
    draw();
  }

  const look = { enableHighAccuracy: true, maximumAge: 5000, timeout: 30000 };

  function locate(wanted) {
    if (navigator.geolocation) navigator.geolocation.getCurrentPosition((place) => take(place, wanted), lost, look);
    else lost({ code: 1 });
  }

  async function stayAwake() {
    try {
      if (on && !document.hidden && navigator.wakeLock) lock = await navigator.wakeLock.request("screen");
    } catch (_) {
      // The telephone saves power: the page goes on while the screen is on.
    }
  }

  function start() {
    if (on || over) return;
    on = true;
    denied = blind = false;
    last = null;
    at("ask").hidden = true;
    at("share").hidden = false;
    if (navigator.geolocation) watch = navigator.geolocation.watchPosition((place) => take(place, false), lost, look);
    locate(true);
    stayAwake();
    draw();
    send();
  }

  function rest() {
    on = false;
    if (watch !== null) navigator.geolocation.clearWatch(watch);
    watch = null;
    if (lock) lock.release().catch(() => {});
    lock = null;
  }

  /** The link works no longer, or the load is done: nothing is shared and nothing is kept. */
  async function end() {
    if (over) return;
    over = true;
    rest();
    clearTimeout(retry);
    clearInterval(beat);
    ["ask", "fault", "share", "write"].forEach((id) => (at(id).hidden = true));
    const box = document.createElement("section");
    box.className = "box";
    for (const [tag, text] of [["h1", words.ended], ["p", words.ended_text]]) {
      const line = document.createElement(tag);
      line.textContent = text;
      box.append(line);
    }
    box.setAttribute("role", "status");
    at("load").replaceChildren(box);
    await forgetAll();
  }

  // ---- What is shown. ----

  function show(part) {
    if (!part || over) return;
    const load = at("load");
    if (load.innerHTML !== part.html) {
      const held = document.activeElement && document.activeElement.id === "deed";
      load.innerHTML = part.html;
      const button = at("deed");
      if (held && button) button.focus();
    }
    if (part.over) {
      over = true;
      rest();
      clearTimeout(retry);
      clearInterval(beat);
      ["ask", "write"].forEach((id) => (at(id).hidden = true));
      at("share").hidden = false;
      draw();
      forgetAll();
    }
  }

  const clock = (date) => date.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });

  function said() {
    if (over) return ["on", words.over, words.over_text];
    if (!on) return ["off", words.off, words.off_text];
    const waits = count === 0 ? "" : count === 1 ? words.waiting_one : words.waiting_many.replace("{count}", count);
    if (denied) return ["bad", words.denied, words.denied_text];
    if (!reached || navigator.onLine === false) return ["late", words.offline, waits];
    if (blind) return ["late", words.blind, words.blind_text];
    if (early) return ["late", words.early, words.early_text];
    if (!sentAt) return ["late", words.starting, waits];
    const lately = words.sent.replace("{at}", clock(sentAt));
    return ["on", words.sending, [lately, waits, pause].filter(Boolean).join(" ")];
  }

  let drawn = "";

  function draw() {
    const [look, head, more] = said();
    if (drawn === look + head + more) return;
    drawn = look + head + more;
    at("share").dataset.state = look;
    at("state").textContent = head;
    at("more").textContent = more;
    at("now").hidden = at("stop").hidden = !on;
    at("ask").hidden = over || (on && !denied);
  }

  function fault(text) {
    at("fault").textContent = text || "";
    at("fault").hidden = !text;
  }

  // ---- What the driver does. ----

  at("yes").onclick = async () => {
    fault();
    rest();
    if (await say({ consent: true, state: "SENDING" })) start();
    else if (!over) fault(words.unsent);
  };

  at("no").onclick = async () => {
    at("no").hidden = true;
    at("share").hidden = false;
    draw();
    await say({ consent: false, state: "NOT_NOW" });
  };

  at("stop").onclick = async () => {
    rest();
    denied = false;
    at("no").hidden = true;
    draw();
    at("yes").focus();
    // What the driver no longer shares isn't sent later either.
    await forgetAll();
    if (!(await say({ consent: false, state: "STOPPED" })) && !over) fault(words.unsent);
  };

  at("now").onclick = () => {
    failures = 0;
    locate(true);
    send();
  };

  at("load").onclick = async (event) => {
    const button = event.target.closest("#deed");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    if (button.dataset.sure && !confirm(button.dataset.sure)) return;
    button.setAttribute("aria-disabled", "true");
    fault();
    try {
      const answer = await call(button.dataset.deed, { stopId: button.dataset.stop });
      if (answer.ok) {
        show((await answer.json()).data);
      } else if (!over) {
        await say({});
        fault(words.refused);
      }
    } catch (_) {
      reached = false;
      fault(words.unsent);
    }
    button.removeAttribute("aria-disabled");
    draw();
  };

  at("tell").onclick = async () => {
    const note = at("note").value.trim();
    if (!note) return at("note").focus();
    fault();
    if (await say({ note: note })) {
      at("note").value = "";
      at("told").textContent = words.told;
    } else if (!over) {
      fault(words.unsent);
    }
  };

  document.addEventListener("visibilitychange", () => {
    if (!on) return;
    if (document.hidden) {
      hiddenAt = new Date();
      say({ state: state() });
      return;
    }
    if (hiddenAt && Date.now() - hiddenAt > 60000) {
      pause = words.paused.replace("{from}", clock(hiddenAt)).replace("{to}", clock(new Date()));
    }
    hiddenAt = null;
    stayAwake();
    locate(true);
    say({ state: state() });
  });

  addEventListener("online", () => {
    failures = 0;
    reached = true;
    draw();
    if (on) {
      send();
      say({ state: state() });
    }
  });
  addEventListener("offline", () => {
    reached = false;
    draw();
  });

  beat = setInterval(() => {
    if (over || document.hidden) return;
    if (on) locate(false);
    say(on ? { state: state() } : {});
  }, BEAT_MS);

  recount().then(() => {
    const agreed = main.dataset.agreed === "true";
    say(agreed ? { opened: true, state: state() } : { opened: true });
    if (agreed) start();
    draw();
  });
})();
