// The page's live socket. It says what changed; the page fetches the truth with an ordinary GET.
//
// <body data-live="/ws/…" data-live-since='{"thread-…": 12}'> opens it. Raised on `document`:
//   live:<kind>    every event, detail = {stream, number, kind, …payload}
//   turn:added     a turn.changed for which the page has no #turn-<id>
//   live:open, live:closed, live:gone (no longer allowed), live:refresh {reason} (load again what may have changed)
// and on #turn-<id>, bubbling: turn:changed, job:progressed and every other kind that names a turn.

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 1_200; // the page is right within two seconds of the server's return
const PATIENCE = 120_000;
const PAUSE_THEN = 15_000;
const SAY_AFTER = 3_000;
const REFRESH_EVERY = 20_000;
const PONG_WITHIN = 1_000;
const PING_EVERY = 25_000;
const SAME_AGAIN = 50;
const NOT_FOUND = 4404;
const TOO_MANY = 4429; // more pages are open than the server keeps: this one asks seldom

const path = document.body.dataset.live;
const since = parsed(document.body.dataset.liveSince);
const waiting = new Map();
const state = document.getElementById("live-state");

let socket = null;
let opened = false;
let pause = FIRST_PAUSE;
let retry = 0;
let lostAt = 0;
let pong = 0;
let speak = 0;
let refresh = 0;
let gone = false;
let full = false;

function parsed(text) {
  try {
    return JSON.parse(text || "{}");
  } catch {
    return {};
  }
}

function connect() {
  clearTimeout(retry);
  if (gone) return;
  const mine = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`);
  socket = mine;
  // A network that swallows packets never says no.
  const patience = setTimeout(() => mine === socket && !opened && drop(), 5_000);
  mine.onopen = () => mine.send(JSON.stringify({ since }));
  mine.onmessage = (message) => mine === socket && hear(parsed(message.data));
  mine.onclose = (event) => {
    clearTimeout(patience);
    if (mine === socket) lost(event.code);
  };
}

function hear(message) {
  if (message.hello) {
    for (const [stream, number] of Object.entries(message.hello)) since[stream] ??= number;
    if (!opened) isOpen();
  } else if ("pong" in message) {
    clearTimeout(pong);
    pong = 0;
  } else if (message.reset) {
    Object.assign(since, message.reset);
    raise(document, "live:refresh", { reason: "reset" });
  } else if (message.kind) {
    if (message.number <= (since[message.stream] ?? -1)) return;
    since[message.stream] = message.number;
    const { stream, number, kind, payload } = message;
    soon({ ...payload, stream, number, kind });
  }
}

// The first event of its kind is raised at once; those that follow within a moment are raised as one.
function soon(detail) {
  const key = [detail.kind, detail.stream, detail.turn, detail.take, detail.note, detail.thread, detail.asset, detail.job, detail.state].join(" ");
  if (waiting.has(key)) {
    waiting.set(key, detail);
    return;
  }
  announce(detail);
  waiting.set(key, null);
  setTimeout(() => {
    const last = waiting.get(key);
    waiting.delete(key);
    if (last) soon(last);
  }, SAME_AGAIN);
}

function announce(detail) {
  raise(document, `live:${detail.kind}`, detail);
  if (!detail.turn) return;
  const card = document.getElementById(`turn-${detail.turn}`);
  if (card) raise(card, detail.kind.replace(".", ":"), detail);
  else if (detail.kind === "turn.changed") raise(document, "turn:added", detail);
}

function raise(target, name, detail = {}) {
  target.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
}

function isOpen() {
  opened = true;
  lostAt = 0;
  pause = FIRST_PAUSE;
  clearTimeout(speak);
  clearInterval(refresh);
  speak = refresh = 0;
  if (state?.textContent) {
    state.textContent = state.dataset.back || "";
    setTimeout(() => opened && (state.textContent = ""), 2_000);
  }
  if (state) delete state.dataset.state;
  raise(document, "live:open");
}

function lost(code) {
  const was = opened;
  socket = null;
  opened = false;
  clearTimeout(pong);
  pong = 0;
  if (code === NOT_FOUND) {
    gone = true;
    raise(document, "live:gone");
    return;
  }
  if (was) raise(document, "live:closed");
  full = code === TOO_MANY;
  if (full) pause = PAUSE_THEN;
  speak ||= setTimeout(sayClosed, SAY_AFTER);
  refresh ||= setInterval(() => document.hidden || raise(document, "live:refresh", { reason: "closed" }), REFRESH_EVERY);
  clearTimeout(retry);
  retry = setTimeout(connect, pause * (0.75 + Math.random() / 2));
  lostAt ||= Date.now();
  pause = Date.now() - lostAt > PATIENCE ? PAUSE_THEN : Math.min(LONGEST_PAUSE, pause * 2);
}

function sayClosed() {
  if (!state) return;
  state.dataset.state = "closed";
  state.textContent = (full ? state.dataset.full : state.dataset.connecting) || "Reconnecting. Your work is safe.";
}

function drop() {
  const dead = socket;
  lost(1006);
  dead?.close();
}

function ping(within) {
  if (pong || socket?.readyState !== WebSocket.OPEN) return;
  socket.send(JSON.stringify({ ping: Date.now() }));
  pong = setTimeout(() => {
    drop();
    connect();
  }, within);
}

// The machine slept, the network changed, the tab came to the front: do not wait for the next try.
function check() {
  if (document.hidden || gone) return;
  pause = FIRST_PAUSE;
  if (socket?.readyState === WebSocket.OPEN) ping(PONG_WITHIN);
  else if (!socket) connect();
  else if (!opened) {
    drop();
    connect();
  }
}

if (path) {
  document.addEventListener("visibilitychange", check);
  window.addEventListener("online", check);
  window.addEventListener("focus", () => opened || check());
  window.addEventListener("offline", () => socket && drop());
  window.addEventListener("pageshow", (event) => event.persisted && check());
  // An open socket would keep the page out of the back-forward cache.
  window.addEventListener("pagehide", () => {
    const open = socket;
    socket = null;
    opened = false;
    clearTimeout(retry);
    open?.close();
  });
  setInterval(() => document.hidden || ping(PONG_WITHIN * 5), PING_EVERY);
  // Not before the page's other modules listen: what is raised to nobody is lost.
  const begin = () => socket || connect();
  if (document.readyState === "complete") begin();
  else ["DOMContentLoaded", "load"].forEach((when) => window.addEventListener(when, begin, { once: true }));
}
