// Choosing a part of a clip: two handles over its filmstrip, played to judge it. The server cuts; nothing is cut here.

import { drawWave } from "./waveform.js";

const SHORTEST = 0.5;
let current = null;

function part(name) {
  return current.dialog.querySelector(`[data-trimmer-${name}]`);
}

function timecode(seconds) {
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${(seconds - minutes * 60).toFixed(1).padStart(4, "0")}`;
}

function fill(words, ...values) {
  return values.reduce((text, value) => text.replace("%s", value), words);
}

/**
 * Open the trimmer. `asset` is a summary, `file` the local file if there is one, `most` the seconds the model takes (0: any),
 * `refresh()` asks for the summary again. Resolves to {start, end} in seconds, or null when it was closed.
 */
export function openTrimmer({ asset, file = null, most = 0, refresh = async () => asset }) {
  const dialogs = [...document.querySelectorAll("#trimmer")];
  const dialog = dialogs.pop();
  dialogs.forEach((old) => old.remove());
  if (!dialog || current) return Promise.resolve(null);
  document.body.append(dialog);
  return new Promise((done) => {
    current = { dialog, asset, file, most, refresh, done, chosen: null, listening: new AbortController() };
    current.longest = most > 0 ? Math.min(most, asset.duration) : asset.duration;
    current.shortest = Math.min(SHORTEST, current.longest);
    current.start = 0;
    current.end = current.longest;
    listen();
    dialog.showModal();
    prepare();
  });
}

function listen() {
  const { dialog, listening: { signal } } = current;
  const on = (target, name, act) => target.addEventListener(name, act, { signal });
  on(dialog, "close", finish);
  on(dialog, "click", (event) => {
    const target = event.target;
    if (target === dialog || target.closest("[data-trimmer-close]")) dialog.close();
    else if (target.closest("[data-trimmer-use]")) { current.chosen = { start: current.start, end: current.end }; dialog.close(); }
    else if (target.closest("[data-trimmer-play]")) play();
  });
  on(dialog, "keydown", keys);
  on(part("start"), "input", () => moved("start"));
  on(part("end"), "input", () => moved("end"));
  on(part("track"), "pointerdown", slide);
  const video = part("video");
  on(video, "timeupdate", follow);
  on(video, "play", () => showPlaying(true));
  on(video, "pause", () => showPlaying(false));
  on(video, "loadeddata", () => {
    if (!video.videoWidth) { fromServer(); return; } // a browser without the codec plays the sound alone
    part("wait").hidden = true;
    seek(current.start);
  });
  on(video, "error", () => fromServer());
  on(window, "resize", drawStrip);
}

function keys(event) {
  const handle = event.target.closest("[type=range]");
  if (event.key === "Enter" && handle) { event.preventDefault(); part("use").click(); }
  if (event.key === " " && !event.target.closest("button")) { event.preventDefault(); play(); }
  if (handle && (event.key === "PageUp" || event.key === "PageDown")) {
    event.preventDefault();
    handle.value = Number(handle.value) + (event.key === "PageUp" ? 1 : -1);
    handle.dispatchEvent(new Event("input"));
  }
}

function prepare() {
  const { asset, file } = current;
  for (const name of ["start", "end"]) {
    part(name).max = asset.duration;
    part(name).value = current[name];
  }
  part("well").style.setProperty("--shape", `${asset.width} / ${asset.height}`);
  current.local = file ? URL.createObjectURL(file) : "";
  const video = part("video");
  if (current.local) video.src = current.local;
  else fromServer();
  show();
  loadStrip();
  part("start").focus();
}

/** What the server can offer: the clip, or once it is made a rendition of one that browsers cannot play. */
async function fromServer() {
  if (!current || current.asking) return;
  const here = current;
  here.asking = true;
  part("wait").hidden = Boolean(here.asset.src);
  while (current === here && !here.asset.src) {
    await new Promise((done) => { setTimeout(done, 1200); });
    if (current === here) here.asset = { ...here.asset, ...await here.refresh().catch(() => ({})) };
  }
  if (current !== here) return;
  part("video").src = here.asset.src;
}

function finish() {
  const { listening, done, chosen, local, dialog } = current;
  const video = part("video");
  video.pause();
  video.removeAttribute("src");
  video.load();
  listening.abort();
  if (local) URL.revokeObjectURL(local);
  current = null;
  delete dialog.dataset.playing;
  done(chosen);
}

/* The part */

function moved(name) {
  const value = Number(part(name).value);
  const { longest, shortest, asset } = current;
  if (name === "start") {
    current.start = Math.min(value, asset.duration - shortest);
    current.end = Math.min(asset.duration, Math.max(current.start + shortest, Math.min(current.end, current.start + longest)));
  } else {
    current.end = Math.max(value, shortest);
    current.start = Math.max(0, Math.min(current.end - shortest, Math.max(current.start, current.end - longest)));
  }
  tidy();
  show();
  seek(name === "start" ? current.start : current.end - 0.05);
}

function tidy() {
  current.start = Math.round(current.start * 1000) / 1000;
  current.end = Math.round(Math.min(current.end, current.asset.duration) * 1000) / 1000;
}

/** Drag the part itself: both handles move, its length stays. */
function slide(event) {
  if (event.target.closest("[type=range]") || event.button) return;
  const track = part("track");
  const box = track.getBoundingClientRect();
  const { asset, start, end } = current;
  const at = ((event.clientX - box.left) / box.width) * asset.duration;
  const length = end - start;
  const grip = at >= start && at <= end ? at - start : length / 2;
  const drag = new AbortController();
  const move = (pointer) => {
    const wanted = ((pointer.clientX - box.left) / box.width) * asset.duration - grip;
    current.start = Math.max(0, Math.min(wanted, asset.duration - length));
    current.end = current.start + length;
    tidy();
    show();
    seek(current.start);
  };
  track.setPointerCapture(event.pointerId);
  track.addEventListener("pointermove", move, { signal: drag.signal });
  for (const name of ["pointerup", "pointercancel"]) track.addEventListener(name, () => drag.abort(), { signal: drag.signal });
  move(event);
}

function show() {
  const { asset, start, end, dialog, most } = current;
  const track = part("track");
  track.style.setProperty("--start", `${(start / asset.duration) * 100}%`);
  track.style.setProperty("--end", `${(end / asset.duration) * 100}%`);
  part("start").value = start;
  part("end").value = end;
  for (const name of ["start", "end"]) {
    part(name).setAttribute("aria-valuetext", fill(dialog.dataset.sayAt, current[name].toFixed(1)));
  }
  part("from").textContent = timecode(start);
  part("to").textContent = timecode(end);
  const length = (end - start).toFixed(1);
  part("length").textContent = most ? fill(dialog.dataset.sayMost, length, String(most)) : fill(dialog.dataset.sayLength, length);
}

/* Playing it */

function seek(seconds) {
  const video = part("video");
  if (video.readyState >= 1) video.currentTime = Math.max(0, Math.min(seconds, current.asset.duration - 0.04));
}

function play() {
  const video = part("video");
  if (!video.paused) { video.pause(); return; }
  if (video.currentTime < current.start - 0.05 || video.currentTime > current.end - 0.1) seek(current.start);
  video.play().catch(() => showPlaying(false));
}

function showPlaying(yes) {
  if (!current) return;
  current.dialog.toggleAttribute("data-playing", yes);
  part("play").setAttribute("aria-pressed", String(yes));
  if (yes) tick();
}

/** While it plays the head follows each frame, and the part starts over at its end. */
function tick() {
  if (!current || part("video").paused) return;
  follow();
  requestAnimationFrame(tick);
}

function follow() {
  if (!current) return;
  const video = part("video");
  if (!video.paused && video.currentTime >= current.end) video.currentTime = current.start;
  part("track").style.setProperty("--head", `${(video.currentTime / current.asset.duration) * 100}%`);
}

/* The filmstrip, drawn so that frames keep their shape however wide the track is */

async function loadStrip() {
  const here = current;
  for (let tries = 0; current === here && !here.asset.strip && tries < 60; tries += 1) {
    await new Promise((done) => { setTimeout(done, 1000); });
    if (current === here) here.asset = { ...here.asset, ...await here.refresh().catch(() => ({})) };
  }
  if (current !== here || !here.asset.strip) return;
  const image = new Image();
  image.src = here.asset.strip;
  await image.decode().catch(() => {});
  if (current !== here || !image.naturalWidth) return;
  here.sprite = image;
  drawStrip();
}

function drawStrip() {
  if (!current?.sprite) return;
  const { sprite, asset } = current;
  const canvas = part("strip");
  const box = canvas.getBoundingClientRect();
  const dense = Math.min(2, devicePixelRatio || 1);
  canvas.width = Math.round(box.width * dense);
  canvas.height = Math.round(box.height * dense);
  const frames = asset.strip_frames;
  const wide = sprite.naturalWidth / frames;
  const slots = Math.max(1, Math.round(canvas.width / (canvas.height * (wide / sprite.naturalHeight))));
  const slot = canvas.width / slots;
  const pen = canvas.getContext("2d");
  for (let number = 0; number < slots; number += 1) {
    const frame = Math.min(frames - 1, Math.floor(((number + 0.5) / slots) * frames));
    pen.drawImage(sprite, frame * wide, 0, wide, sprite.naturalHeight, number * slot, 0, Math.ceil(slot), canvas.height);
  }
  drawWave(pen, asset.wave, dense);
}
