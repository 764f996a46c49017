// The stage: one video that plays the chosen take, its transport, its keys. `take:selected` brings another take.
// Moments are seconds; a step is one frame of the clip's own rate.

import { Compare } from "./compare.js";
import { Filmstrip } from "./filmstrip.js";
import { Source } from "./source.js";
import { frameAt, momentOf, timecode } from "./timecode.js";

const STORE = "retake.player";
const FASTEST = 4;

const remembered = () => { try { return JSON.parse(localStorage.getItem(STORE) ?? "{}"); } catch { return {}; } };

class Player {
  constructor(stage) {
    this.stage = stage;
    this.words = { at: stage.dataset.at, wiped: stage.dataset.wiped, unplayable: stage.dataset.unplayable, gone: stage.dataset.gone };
    this.part = (id) => stage.querySelector(`#${id}`);
    this.video = this.part("video");
    this.take = null;
    this.range = { start: null, end: null };
    this.rate = 1;
    this.reverse = 0;
    this.video.controls = false;
    this.source = new Source(this);
    this.compare = new Compare(stage, this);
    this.strip = new Filmstrip(this.part("strip"), this);
    this.listen();
    this.recall();
    const first = JSON.parse(document.getElementById("stage-take")?.textContent || "null");
    if (first) this.show(first, { keepSource: true });
    else this.wait();
  }

  // --- What is on the stage ---

  get duration() {
    return this.video.duration > 0 && Number.isFinite(this.video.duration) ? this.video.duration : this.take?.duration ?? 0;
  }

  get fps() {
    return this.take?.fps > 0 ? this.take.fps : 25;
  }

  /** Sound may outlast the pictures, so a started frame at the very end does not count. */
  get lastFrame() {
    return Math.max(0, frameAt(this.duration, this.fps) - 1);
  }

  get isStill() {
    return Boolean(this.take) && !(this.take.fps > 0);
  }

  now() {
    return this.wanted ?? this.video.currentTime;
  }

  /** Put a take on the stage, at the same moment as the one before; a playing one plays on. */
  show(given, { keepSource = false } = {}) {
    const take = { ...given, parent: given.parent ?? given.before ?? null };
    const before = this.take;
    const same = before?.id === take.id && before?.src === take.src;
    this.take = take;
    this.frame(take);
    if (!same) this.source.load(take, keepSource, before ? this.source.pending?.moment ?? this.now() : 0);
    if (!same && before) this.clearRange();
    this.strip.show(take);
    this.compare.refresh();
    this.update();
    if (given.play) this.play();
  }

  /** More has become known of the take on the stage: its parent, or pictures that were made meanwhile. */
  learn(news) {
    if (!this.take || news.id !== this.take.id) return;
    this.take = { ...this.take, ...news, src: this.take.src || news.src, parent: news.parent ?? news.before ?? this.take.parent };
    this.strip.show(this.take);
    this.compare.refresh();
  }

  frame(take) {
    const known = take.width > 0 && take.height > 0;
    const picture = this.part("picture");
    picture.style.setProperty("--ratio", known ? String(take.width / take.height) : "1.7778");
    picture.dataset.shape = known && take.height > take.width ? "portrait" : "landscape";
    picture.hidden = false;
    this.part("well-blank").hidden = true;
    this.part("desk").hidden = this.isStill;
    this.part("label-main").textContent = take.label ?? "";
    this.part("still").hidden = !this.isStill;
    this.video.hidden = this.isStill;
    if (this.isStill) this.part("still").src = take.src || take.poster || "";
    this.stage.dataset.state = "ready";
    const onward = this.part("stage-continue");
    if (onward) { onward.dataset.continue = take.id; onward.hidden = !take.id; }
  }

  /** What was here has been taken away, and nothing takes its place. */
  clear() {
    this.pause();
    this.take = null;
    this.source.clear();
    this.compare.refresh();
    this.part("label-main").textContent = "";
    this.part("picture").hidden = this.part("desk").hidden = true;
    this.part("well-blank").hidden = false;
    this.part("well-hint").textContent = this.part("well-hint").dataset.rest;
    this.stage.dataset.state = "empty";
    this.wait();
  }

  // --- Moving ---

  play() {
    this.stopReverse();
    const { start, end } = this.bounds;
    if (this.now() >= end - 0.5 / this.fps || this.now() < start - 0.5 / this.fps) this.seek(start);
    this.video.playbackRate = this.rate;
    this.video.play().catch(() => {});
  }

  pause() {
    this.stopReverse();
    this.video.pause();
    this.setShuttle(0);
  }

  toggle() {
    if (this.reverse || !this.video.paused) this.pause();
    else this.play();
  }

  seek(seconds) {
    const target = Math.min(Math.max(0, seconds), Math.max(0, this.duration - 0.001));
    this.wanted = target;
    if (!this.video.seeking) this.video.currentTime = target;
    this.paint();
  }

  step(frames) {
    this.pause();
    const frame = Math.min(this.lastFrame, Math.max(0, frameAt(this.now(), this.fps) + frames));
    this.seek(momentOf(frame, this.fps));
    this.strip.tell();
  }

  jump(seconds) {
    this.pause();
    this.seek(seconds);
    this.strip.tell();
  }

  scrubbing(on) {
    if (on) { this.resume = !this.video.paused; this.pause(); } else if (this.resume) { this.resume = false; this.play(); }
  }

  /** L plays forwards, again and again faster; J the same backwards, frame by frame; K stops. */
  forward() {
    if (this.reverse) { this.pause(); return; }
    const speed = this.video.paused ? this.rate : Math.min(FASTEST, Math.max(1, this.video.playbackRate) * 2);
    if (this.video.paused) this.play();
    this.video.playbackRate = speed;
    this.setShuttle(speed);
  }

  backward() {
    if (!this.video.paused) { this.pause(); return; }
    const speed = this.reverse ? Math.min(FASTEST, this.reverse * 2) : 1;
    const first = !this.reverse;
    this.reverse = speed;
    this.setShuttle(-speed);
    this.showPlaying();
    if (first) this.stepBack(performance.now());
  }

  stepBack(last) {
    requestAnimationFrame((time) => {
      if (!this.reverse) return;
      const target = this.now() - ((time - last) / 1000) * this.reverse;
      if (target <= this.bounds.start) { this.seek(this.bounds.start); this.pause(); return; }
      this.seek(target);
      this.stepBack(time);
    });
  }

  stopReverse() {
    this.reverse = 0;
    this.showPlaying();
  }

  // --- Range and loop ---

  get bounds() {
    return { start: this.range.start ?? 0, end: this.range.end ?? this.duration };
  }

  mark(which) {
    const moment = frameAt(this.now(), this.fps) / this.fps;
    if (which === "start") this.range = { start: moment, end: this.range.end !== null && this.range.end <= moment ? null : this.range.end };
    else this.range = { end: Math.min(this.duration, moment + 1 / this.fps), start: this.range.start !== null && this.range.start > moment ? null : this.range.start };
    if (this.range.start !== null && this.range.end !== null) this.setLoop(true);
    this.showRange();
  }

  clearRange(which = "both") {
    if (which !== "end") this.range.start = null;
    if (which !== "start") this.range.end = null;
    this.showRange();
  }

  showRange() {
    this.part("range-clear").hidden = this.range.start === null && this.range.end === null;
    this.strip.showRange();
    document.dispatchEvent(new CustomEvent("range:changed", { detail: { ...this.range } }));
  }

  setLoop(on) {
    this.loop = on;
    this.part("loop").setAttribute("aria-pressed", String(on));
    this.remember();
  }

  /** At the end of the range, or of the clip: from its start again while looping. */
  turnAround() {
    if (!this.loop || this.video.seeking) return;
    const { start, end } = this.bounds;
    if (this.range.end !== null && this.now() >= end - 0.5 / this.fps && this.now() < end + 0.5) this.seek(start);
  }

  // --- Showing ---

  /** Runs while something moves, and not otherwise. */
  tick() {
    this.ticking = !this.video.paused || this.reverse > 0;
    if (!this.ticking) return;
    this.paint();
    if (!this.video.paused) this.turnAround();
    requestAnimationFrame(() => this.tick());
  }

  paint() {
    const text = timecode(this.now(), this.fps);
    const place = this.part("time-now");
    if (place.textContent !== text) place.textContent = text;
    this.strip.move();
  }

  update() {
    this.part("time-all").textContent = timecode(this.duration, this.fps);
    this.showRange();
    this.strip.tell();
    this.paint();
    this.showPlaying();
  }

  showPlaying() {
    const playing = !this.video.paused || this.reverse > 0;
    const button = this.part("play");
    this.stage.toggleAttribute("data-playing", playing);
    button.setAttribute("aria-label", playing ? button.dataset.pause : button.dataset.play);
    if (!playing) this.strip?.tell();
    else if (!this.ticking) this.tick();
  }

  setShuttle(speed) {
    const place = this.part("shuttle");
    place.hidden = speed === 0 || speed === 1;
    if (!place.hidden) place.textContent = `${speed < 0 ? "◂ " : "▸ "}${Math.abs(speed)}×`;
    if (!speed) this.video.playbackRate = this.rate;
  }

  showSound() {
    const quiet = this.video.muted || this.video.volume === 0;
    this.stage.toggleAttribute("data-quiet", quiet);
    this.part("mute").setAttribute("aria-pressed", String(quiet));
    this.part("volume").value = this.video.muted ? 0 : this.video.volume;
  }

  recall() {
    const { volume = 1, muted = false, loop = false } = remembered();
    this.video.volume = Math.min(1, Math.max(0, Number(volume) || 0));
    this.video.muted = Boolean(muted);
    this.setLoop(Boolean(loop));
    this.showSound();
  }

  remember() {
    try {
      localStorage.setItem(STORE, JSON.stringify({ volume: this.video.volume, muted: this.video.muted, loop: this.loop }));
    } catch { /* a private window: it lasts for this page */ }
  }

  fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (this.stage.requestFullscreen) this.stage.requestFullscreen().catch(() => {});
    else this.video.webkitEnterFullscreen?.();
  }

  mute() {
    this.video.muted = !this.video.muted;
    if (!this.video.muted && this.video.volume === 0) this.video.volume = 0.5;
  }

  // --- Buttons, keys, news ---

  get acts() {
    return {
      play: () => this.toggle(), pause: () => this.pause(), back: () => this.backward(), forward: () => this.forward(),
      "frame-back": () => this.step(-1), "frame-forward": () => this.step(1),
      "second-back": () => this.jump(this.now() - 1), "second-forward": () => this.jump(this.now() + 1),
      start: () => this.jump(this.range.start ?? 0), end: () => this.jump(this.range.end ? this.range.end - 0.5 / this.fps : momentOf(this.lastFrame, this.fps)),
      "range-in": () => this.mark("start"), "range-out": () => this.mark("end"), "range-clear": () => this.clearRange(),
      "range-in-clear": () => this.clearRange("start"), "range-out-clear": () => this.clearRange("end"),
      loop: () => this.setLoop(!this.loop), mute: () => this.mute(), fullscreen: () => this.fullscreen(),
    };
  }

  listen() {
    const { video, stage } = this;
    stage.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (button) this.acts[button.dataset.do]();
      // A mouse click must not leave the focus on a button, or Space would press it again.
      if (event.detail > 0 && event.target.closest(".transport button")) stage.focus({ preventScroll: true });
    });
    this.part("picture").addEventListener("click", (event) => { if (event.target.closest(".side") && !this.isStill) this.toggle(); });
    this.part("picture").addEventListener("dblclick", (event) => { if (event.target.closest(".side")) this.fullscreen(); });
    for (const name of Object.keys(this.acts)) {
      document.addEventListener(`key:${name}`, (event) => {
        if (!this.take || this.isStill || (event.detail?.repeat && ["play", "forward", "back"].includes(name))) return;
        event.preventDefault();
        this.acts[name]();
      });
    }
    this.listenForComparing();
    for (const name of ["play", "pause", "ended"]) video.addEventListener(name, () => this.showPlaying());
    for (const name of ["loadedmetadata", "durationchange"]) video.addEventListener(name, () => this.update());
    video.addEventListener("seeked", () => this.arrived());
    video.addEventListener("ended", () => { if (this.loop) this.play(); else this.setShuttle(0); });
    video.addEventListener("volumechange", () => { this.showSound(); this.remember(); });
    this.part("volume").addEventListener("input", (event) => { video.muted = false; video.volume = Number(event.target.value); });
    this.part("speed").addEventListener("change", (event) => { this.rate = Number(event.target.value); this.setShuttle(0); });
    document.addEventListener("fullscreenchange", () => this.part("fullscreen").setAttribute("aria-pressed", String(Boolean(document.fullscreenElement))));
    document.addEventListener("take:selected", (event) => this.show(event.detail));
    document.addEventListener("take:coming", (event) => { if (this.take && !this.isStill && !this.compare.isOn) this.source.expect(event.detail, this.now()); });
    for (const name of ["take:opened", "take:pictures"]) document.addEventListener(name, (event) => this.learn(event.detail));
    document.addEventListener("take:gone", () => this.clear());
    document.addEventListener("turn:shown", () => this.wait());
  }

  listenForComparing() {
    const on = (name, act) => document.addEventListener(`key:${name}`, (event) => { if (act(event)) event.preventDefault(); });
    on("compare", () => this.compare.flip());
    on("wipe", () => this.compare.toggle("wipe"));
    on("side", () => this.compare.toggle("side"));
    on("swap", () => this.compare.swap());
    on("leave", () => this.compare.leave());
    on("peek", (event) => (event.detail.repeat ? true : this.compare.showing(true)));
    on("peek-end", () => (this.compare.shown ? this.compare.showing(false) : false));
  }

  /** A seek has come to its end: on to where the pointer has gone meanwhile. */
  arrived() {
    if (this.wanted !== null && this.wanted !== undefined && Math.abs(this.wanted - this.video.currentTime) > 0.5 / this.fps) {
      this.video.currentTime = this.wanted;
      return;
    }
    this.wanted = null;
    this.paint();
  }

  /** Nothing to play yet, but a turn runs: say so, over a darkened picture of what it is made from. */
  wait() {
    const card = this.take ? null : document.querySelector(".turn:is([data-state=queued], [data-state=submitting], [data-state=running], [data-state=collecting])");
    const hint = this.part("well-hint");
    if (!card) {
      // What was being made has failed or was stopped: nothing comes any more.
      if (!this.take && this.stage.dataset.state === "waiting") { hint.textContent = hint.dataset.rest; this.stage.dataset.state = ""; }
      return;
    }
    hint.textContent = hint.dataset.making;
    const source = card.querySelector(".input-tile img")?.src ?? "";
    const before = this.part("well-before");
    before.hidden = !source;
    if (source) before.src = source;
    this.stage.dataset.state = "waiting";
  }
}

const stage = document.getElementById("stage");
export const player = stage ? new Player(stage) : null;
