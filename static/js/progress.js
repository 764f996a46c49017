// What a running card tells between two looks at the server: percent, elapsed and usual time.
// Percent comes from job:progressed; the clock runs here.

import { words } from "./words.js";

const TICK = 500; // each tick is a picture that the browser draws while the machine renders
const WITHOUT_NEWS = 3;
const clocks = new Map();
const one = new Intl.NumberFormat(document.documentElement.lang || undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
let timer = 0;

function seconds(value) {
  return value < 100 ? one.format(value) : String(Math.round(value));
}

function sentence(elapsed, usual) {
  if (!usual) return words("soFar", seconds(elapsed));
  const about = String(Math.max(1, Math.round(usual)));
  return elapsed > usual * 1.2 ? words("past", String(Math.round(elapsed)), about) : words("of", seconds(elapsed), about);
}

/** Where no percent is told, the bar fills to 90 % along the usual time; the words stay exact. */
function guess(elapsed, usual) {
  return usual && elapsed > WITHOUT_NEWS ? Math.round(90 * (1 - Math.exp((-1.6 * elapsed) / usual))) : 0;
}

function tick() {
  for (const [running, began] of clocks) {
    if (!running.isConnected) { clocks.delete(running); continue; }
    const elapsed = (performance.now() - began) / 1000;
    const usual = Number(running.dataset.usual) || 0;
    running.querySelector(".running-time").textContent = sentence(elapsed, usual);
    if (!Number(running.dataset.percent)) running.querySelector("progress").value = guess(elapsed, usual);
  }
  if (!clocks.size) { clearInterval(timer); timer = 0; }
}

/** Start the clocks of the running cards in a part of the page. */
export function adopt(root = document) {
  for (const running of root.querySelectorAll(".running[data-elapsed]")) {
    if (!clocks.has(running)) clocks.set(running, performance.now() - Number(running.dataset.elapsed) * 1000);
  }
  if (clocks.size && !timer) timer = setInterval(tick, TICK);
}

/** A bar never goes back when its card is exchanged. */
export function carryOver(before, after) {
  const [old, fresh] = [before.querySelector(".running"), after.querySelector(".running")];
  if (old && fresh && Number(old.dataset.percent) > Number(fresh.dataset.percent)) show(fresh, Number(old.dataset.percent));
}

function show(running, percent) {
  running.dataset.percent = String(percent);
  running.querySelector("progress").value = percent;
  const shown = running.querySelector(".running-percent");
  if (shown) shown.textContent = `${percent} %`;
}

export function progressed(card, share) {
  const running = card?.querySelector(".running");
  if (!running || typeof share !== "number") return;
  const percent = Math.min(100, Math.max(Number(running.dataset.percent) || 0, share > 0 ? Math.max(1, Math.floor(share * 100)) : 0));
  show(running, percent);
}
