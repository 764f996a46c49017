// The chips of a tray: what each shows, and the hidden input it carries once its upload may be sent along.

import { say } from "./toast.js";

/** "0:07", "1:02" */
export function clock(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function megabytes(bytes) {
  const size = bytes / (1024 * 1024);
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} MB`;
}

/** The tray that belongs to a place in the page. */
export function trayOf(place) {
  const surface = place?.closest?.("[data-drop]");
  const named = surface?.dataset.drop && document.getElementById(surface.dataset.drop);
  return named || surface?.querySelector("[data-tray]") || document.querySelector("[data-tray]");
}

export function chipsOf(tray) {
  return [...tray.querySelectorAll(".tray-chip")];
}

/** What the model takes, in seconds; 0 where nothing is said. */
export function longestOf(tray) {
  return Number(tray.closest("[data-max-seconds]")?.dataset.maxSeconds ?? 0);
}

/** Tell the page how many are attached and how many are on their way. */
export function changed(tray) {
  const chips = chipsOf(tray);
  const busy = chips.filter((chip) => chip.dataset.busy !== undefined).length;
  const count = chips.filter((chip) => chip.querySelector("input[type=hidden]")).length;
  tray.hidden = chips.length === 0;
  tray.dataset.busy = String(busy);
  remember(tray);
  tray.dispatchEvent(new CustomEvent("upload:changed", { bubbles: true, detail: { count, busy } }));
}

/** A new chip at the end of the tray. Titles are text, never markup. */
export function newChip(tray, title) {
  const chip = tray.querySelector("template[data-chip]").content.firstElementChild.cloneNode(true);
  retitle(chip, title);
  tray.querySelector("[data-chips]").append(chip);
  tray.hidden = false;
  chip.scrollIntoView({ block: "nearest" });
  return chip;
}

export function retitle(chip, title) {
  chip.querySelector(".tray-title").textContent = title;
  chip.querySelector(".tray-title").title = title;
  chip.querySelectorAll(".js-title").forEach((node) => { node.textContent = title; });
  chip.querySelector("progress").setAttribute("aria-label", title);
}

/** Something is going on: `state` is waiting, sending, reading, fetching or trimming; `share` 0 to 1 where it is known. */
export function working(chip, state, share = null) {
  const tray = chip.closest("[data-tray]");
  if (!tray) return;
  const before = chip.dataset.state;
  chip.dataset.state = state;
  chip.dataset.busy = "";
  chip.querySelector("input[type=hidden]")?.remove();
  const bar = chip.querySelector("progress");
  bar.hidden = state === "waiting";
  if (share === null) bar.removeAttribute("value");
  else bar.value = Math.round(share * 100);
  const word = tray.dataset[`say${state[0].toUpperCase()}${state.slice(1)}`] ?? "";
  chip.querySelector(".tray-note").textContent = share === null ? word : `${word} ${Math.round(share * 100)} %`;
  chip.querySelector("[data-chip-again]").hidden = true;
  chip.querySelector("[data-chip-trim]").hidden = true;
  cancels(chip, true);
  if (before !== state || !bar.dataset.told) changed(tray);
  bar.dataset.told = "yes";
}

function cancels(chip, yes) {
  chip.querySelector(".js-cancel").hidden = !yes;
  chip.querySelector(".js-remove").hidden = yes;
}

function rest(chip, state) {
  chip.dataset.state = state;
  delete chip.dataset.busy;
  chip.querySelector("progress").hidden = true;
  cancels(chip, false);
}

/** It came to nothing: say why, and offer to try again where that can help. */
export function failed(chip, sentence, { again = false } = {}) {
  const tray = chip.closest("[data-tray]");
  if (!tray) return;
  rest(chip, "failed");
  chip.querySelector("input[type=hidden]")?.remove();
  chip.querySelector(".tray-note").textContent = sentence;
  chip.querySelector("[data-chip-again]").hidden = !again;
  chip.querySelector("[data-chip-trim]").hidden = true;
  say(`${chip.querySelector(".tray-title").textContent}: ${sentence}`, { alarm: true });
  changed(tray);
  tray.dispatchEvent(new CustomEvent("upload:failed", { bubbles: true, detail: { sentence, chip } }));
}

/** It has arrived. A clip that is longer than the model takes is not attached: it says so and offers the trimmer. */
export function arrived(chip, asset) {
  const tray = chip.closest("[data-tray]");
  if (!tray) return "gone";
  const most = longestOf(tray);
  const video = asset.mime.startsWith("video/");
  const long = video && most > 0 && asset.duration > most + 0.05;
  rest(chip, long ? "long" : "ready");
  chip.id = `asset-${asset.id}`;
  chip.dataset.asset = asset.id;
  chip.dataset.kind = asset.kind;
  chip.dataset.media = video ? "video" : "image";
  retitle(chip, asset.title || chip.querySelector(".tray-title").textContent);
  chip.querySelector(".tray-note").textContent = long ? tray.dataset.sayTrim.replace("%s", String(most)) : facts(asset, video, tray);
  chip.querySelector("[data-chip-trim]").hidden = !video;
  chip.querySelector("[data-chip-again]").hidden = true;
  if (asset.poster) picture(chip, asset.poster);
  scrubbable(chip, asset);
  chip.querySelector("input[type=hidden]")?.remove();
  if (!long) chip.append(hiddenInput(tray, asset.id));
  changed(tray);
  return long ? "long" : "ready";
}

function facts(asset, video, tray) {
  if (!video) return `${asset.width}×${asset.height}`;
  return `${clock(asset.duration)} · ${Math.min(asset.width, asset.height)}p${asset.hdr ? ` · ${tray.dataset.sayHdr}` : ""}`;
}

function scrubbable(chip, asset) {
  const frame = chip.querySelector(".tray-picture");
  if (!asset.strip) return;
  frame.dataset.strip = asset.strip;
  frame.dataset.frames = asset.strip_frames;
}

function hiddenInput(tray, id) {
  const input = document.createElement("input");
  input.type = "hidden";
  input.name = tray.dataset.name;
  input.value = id;
  if (tray.dataset.form) input.setAttribute("form", tray.dataset.form);
  return input;
}

/** Show a picture on the chip. Addresses made from local files are given back when another one takes their place. */
export function picture(chip, address) {
  const image = chip.querySelector(".tray-picture img");
  const before = image.src;
  image.src = address;
  image.hidden = false;
  if (before.startsWith("blob:")) URL.revokeObjectURL(before);
}

export function hasPicture(chip) {
  return !chip.querySelector(".tray-picture img").hidden;
}

export function removeChip(chip) {
  const tray = chip.closest("[data-tray]");
  const chips = chipsOf(tray);
  const next = chips[chips.indexOf(chip) + 1] ?? chips[chips.indexOf(chip) - 1];
  const image = chip.querySelector("img");
  if (image.src.startsWith("blob:")) URL.revokeObjectURL(image.src);
  const focused = chip.contains(document.activeElement);
  say(`${chip.querySelector(".tray-title").textContent} ${tray.dataset.sayRemoved}`);
  chip.remove();
  if (focused) (next?.querySelector("[data-chip-remove]") ?? trayNeighbour(tray))?.focus();
  changed(tray);
}

function trayNeighbour(tray) {
  const surface = tray.closest("[data-drop]");
  return surface?.querySelector("textarea, [data-pick]");
}

/* A tray with data-keep survives a reload: it remembers the ids of what has arrived. */

function storeName(tray) {
  return tray.dataset.keep ? `retake.tray.${tray.dataset.keep}` : "";
}

function remember(tray) {
  const name = storeName(tray);
  if (!name) return;
  const ids = chipsOf(tray).map((chip) => chip.dataset.asset).filter(Boolean);
  try {
    if (ids.length) localStorage.setItem(name, JSON.stringify(ids));
    else localStorage.removeItem(name);
  } catch { /* private window: the tray lasts as long as the page */ }
}

export function remembered(tray) {
  try {
    const ids = JSON.parse(localStorage.getItem(storeName(tray)) ?? "[]");
    return Array.isArray(ids) ? ids.filter((id) => /^[0-9a-f-]{36}$/.test(id)) : [];
  } catch {
    return [];
  }
}
