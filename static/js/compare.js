// A second picture for comparing: the take that this one came from, held at the same moment.
// The main picture is the clock (its sound is never bent); the other follows by small changes of its speed.

import { freshTake } from "./addresses.js";
import { fill } from "./timecode.js";

export const MODES = ["single", "wipe", "side", "difference"];
const APART = 0.15; // s; beyond it the other jumps
const PULL = 3; // how much faster, for each second that it is behind
const BEND = 0.4; // at most
const LONGEST_LAG = 0.5; // s; how far ahead of the clock a jump may aim

export class Compare {
  /** `player` offers video, fps, rate, words, take. */
  constructor(stage, player) {
    this.stage = stage;
    this.player = player;
    this.side = stage.querySelector("#other-side");
    this.other = stage.querySelector("#other");
    this.label = stage.querySelector("#label-other");
    this.picture = stage.querySelector("#picture");
    this.wipe = stage.querySelector("#wipe");
    this.modes = stage.querySelector("#modes");
    this.mode = "single";
    this.shown = false;
    this.lag = 0; // s; how long the last jump took, which the next one makes up for
    this.other.muted = true;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) this.wipe.step = "5";
    this.modes.addEventListener("click", (event) => {
      const button = event.target.closest("[data-mode]");
      if (button) this.set(button.dataset.mode);
    });
    this.button = stage.querySelector("#stage-compare");
    this.button.addEventListener("click", () => this.toggle("wipe"));
    this.wipe.addEventListener("input", () => this.placeWipe());
    this.other.addEventListener("loadeddata", () => this.align());
    this.other.addEventListener("error", () => this.renew());
    for (const name of ["seeked", "pause", "play", "ratechange"]) player.video.addEventListener(name, () => this.align());
    this.placeWipe();
    this.follow();
  }

  get parent() {
    return this.player.take?.parent ?? null;
  }

  /** Another take is on the stage: keep the mode where the new one has a parent too. */
  refresh() {
    const has = Boolean(this.parent?.src);
    this.modes.hidden = this.button.hidden = !has;
    this.showing(false);
    if (!has) this.set("single");
    else if (this.isOn) this.load();
    else this.unload();
    this.label.textContent = this.parent?.label ?? "";
    this.placeWipe();
  }

  get isOn() {
    return this.mode !== "single" || this.shown;
  }

  set(mode) {
    const next = this.parent?.src && MODES.includes(mode) ? mode : "single";
    this.mode = next;
    this.stage.dataset.mode = next;
    if (next !== "single") this.stage.removeAttribute("data-showing");
    if (next !== "single") this.shown = false;
    this.wipe.hidden = next !== "wipe";
    for (const button of this.modes.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String(button.dataset.mode === next));
    this.button.setAttribute("aria-pressed", String(next !== "single"));
    if (this.isOn) this.load();
    else this.side.hidden = true;
  }

  toggle(mode) {
    if (!this.parent?.src) return false;
    this.set(this.mode === mode ? "single" : mode);
    return true;
  }

  /** The parent alone, in the place of the take: while P is held, or until C is pressed again. */
  showing(on) {
    if (on && !this.parent?.src) return false;
    if (on && this.mode !== "single") this.set("single");
    this.shown = on;
    this.stage.toggleAttribute("data-showing", on);
    if (on) this.load();
    else if (this.mode === "single") this.side.hidden = true;
    return true;
  }

  flip() {
    if (this.mode !== "single") { this.set("single"); return true; }
    return this.showing(!this.shown);
  }

  swap() {
    if (!this.isOn || this.mode === "single") return false;
    this.stage.toggleAttribute("data-swapped");
    return true;
  }

  leave() {
    if (!this.isOn) return false;
    this.showing(false);
    this.set("single");
    return true;
  }

  load() {
    const { src = "", poster = "" } = this.parent ?? {};
    if (!src) return;
    this.side.hidden = false;
    if (this.other.getAttribute("src") !== src) {
      if (poster) this.other.poster = poster;
      this.other.preload = "auto";
      this.other.src = src;
    }
    this.align();
  }

  /** The parent's address has ended: once more with a fresh one. */
  async renew() {
    const { take } = this.player;
    if (!this.isOn || !this.parent || this.renewed === this.parent.id) return;
    this.renewed = this.parent.id;
    const fresh = await freshTake(this.parent);
    if (!fresh?.src || this.player.take !== take) return;
    take.parent = fresh;
    this.other.removeAttribute("src");
    this.load();
  }

  unload() {
    if (!this.other.getAttribute("src")) return;
    this.other.removeAttribute("src");
    this.other.load();
  }

  /** Put the other exactly where the main one is. */
  align() {
    if (!this.isOn || this.other.readyState < 1) return;
    const { video } = this.player;
    const wanted = Math.min(video.currentTime, Math.max(0, this.other.duration - 0.001));
    if (Math.abs(this.other.currentTime - wanted) > 0.5 / (this.player.fps || 25)) this.other.currentTime = wanted;
    this.other.playbackRate = video.playbackRate;
    const over = video.currentTime >= this.other.duration;
    if (video.paused || over) this.other.pause();
    else this.other.play().catch(() => {});
  }

  follow() {
    const { video } = this.player;
    const step = (_now, frame) => {
      if (this.isOn && !video.paused && this.other.readyState >= 2) this.correct(frame?.mediaTime ?? video.currentTime);
      next();
    };
    const next = () => {
      if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(step);
      else requestAnimationFrame(step);
    };
    next();
  }

  correct(moment) {
    const { other } = this;
    if (moment >= other.duration) { if (!other.paused) other.pause(); return; }
    if (other.paused) { this.align(); return; }
    if (other.seeking) return; // asked anew with every picture, a busy machine would never get there
    const apart = moment - other.currentTime;
    const rate = this.player.video.playbackRate;
    if (Math.abs(apart) > APART) this.jump(moment + this.lag * rate);
    else other.playbackRate = Math.abs(apart) > 1.5 / (this.player.fps || 25) ? rate * (1 + Math.max(-BEND, Math.min(BEND, PULL * apart))) : rate;
  }

  jump(moment) {
    const since = performance.now();
    this.other.addEventListener("seeked", () => { this.lag = Math.min(LONGEST_LAG, (performance.now() - since) / 1000); }, { once: true });
    this.other.currentTime = Math.min(moment, this.other.duration - 0.001);
  }

  placeWipe() {
    const share = Number(this.wipe.value);
    this.picture.style.setProperty("--wipe", `${share}%`);
    this.wipe.setAttribute("aria-valuetext", `${fill(this.player.words.wiped, Math.round(share))} ${this.parent?.label ?? ""}`.trim());
  }
}
