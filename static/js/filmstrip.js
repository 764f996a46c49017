// The seek bar: frames of the clip, a playhead, the range, the time under the pointer. A slider for keys and readers.

import { fill, frameAt, momentOf, timecode } from "./timecode.js";
import { drawWave } from "./waveform.js";

export class Filmstrip {
  /** `player` offers duration, fps, now(), seek(seconds), range, scrubbing(on). */
  constructor(root, player) {
    this.root = root;
    this.player = player;
    this.canvas = root.querySelector(".strip-frames");
    this.head = root.querySelector(".strip-head");
    this.hover = root.querySelector(".strip-hover");
    this.hint = root.querySelector(".strip-time");
    this.image = null;
    this.frames = 0;
    root.addEventListener("pointerdown", (event) => this.grab(event));
    root.addEventListener("pointermove", (event) => this.point(event));
    root.addEventListener("pointerleave", () => root.removeAttribute("data-pointed"));
    root.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => { this.draw(); this.move(); }).observe(root);
  }

  /** Show the frames of a clip; while they are not made yet the strip is plain. */
  async show(take) {
    const { strip = "", frames = 0, wave = "" } = take;
    this.ratio = take.width && take.height ? take.width / take.height : 16 / 9;
    if (strip === this.address) return;
    this.address = strip;
    let image = null;
    if (strip) {
      image = new Image();
      image.src = strip;
      try { await image.decode(); } catch { image = null; }
    }
    if (this.address !== strip) return;
    this.image = image;
    this.frames = frames || 1;
    this.wave = wave;
    this.root.dataset.frames = image ? "true" : "false";
    this.draw();
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.root;
    if (!width || !height) return;
    const scale = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    if (!this.image) return;
    const pen = this.canvas.getContext("2d");
    const own = this.image.naturalWidth / this.frames;
    const ratio = own / this.image.naturalHeight;
    const cells = Math.max(1, Math.round(width / (height * ratio)));
    const cell = this.canvas.width / cells;
    for (let index = 0; index < cells; index += 1) {
      const frame = Math.min(this.frames - 1, Math.floor(((index + 0.5) / cells) * this.frames));
      drawCover(pen, this.image, { x: frame * own, width: own, height: this.image.naturalHeight }, { x: index * cell, width: cell, height: this.canvas.height });
    }
    drawWave(pen, this.wave, scale);
  }

  share(seconds) {
    return this.player.duration ? Math.min(1, Math.max(0, seconds / this.player.duration)) : 0;
  }

  move() {
    const width = this.root.clientWidth;
    this.head.style.transform = `translateX(${this.share(this.player.now()) * width}px)`;
  }

  /** What a reader hears; said when somebody moves, not while it plays. */
  tell() {
    const { duration, fps } = this.player;
    const now = this.player.now();
    this.root.setAttribute("aria-valuemax", duration.toFixed(2));
    this.root.setAttribute("aria-valuenow", now.toFixed(2));
    this.root.setAttribute("aria-valuetext", fill(this.player.words.at, timecode(now, fps), timecode(duration, fps)));
  }

  showRange() {
    const { start, end } = this.player.range;
    const set = start !== null || end !== null;
    this.root.dataset.ranged = String(set);
    const from = this.share(start ?? 0) * 100;
    const to = this.share(end ?? this.player.duration) * 100;
    this.root.style.setProperty("--from", `${from}%`);
    this.root.style.setProperty("--to", `${to}%`);
  }

  secondsAt(event) {
    const box = this.root.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * this.player.duration;
  }

  point(event) {
    const seconds = this.secondsAt(event);
    const x = this.share(seconds) * this.root.clientWidth;
    this.root.dataset.pointed = "";
    this.hover.style.transform = `translateX(${x}px)`;
    this.hint.textContent = timecode(seconds, this.player.fps);
    this.hint.style.transform = `translateX(clamp(0px, ${x}px - 50%, ${this.root.clientWidth}px - 100%))`;
    if (this.grabbed === event.pointerId) this.player.seek(seconds);
  }

  grab(event) {
    if (event.button !== 0) return;
    this.grabbed = event.pointerId;
    this.root.setPointerCapture(event.pointerId);
    this.player.scrubbing(true);
    this.player.seek(this.secondsAt(event));
    const release = () => {
      this.grabbed = undefined;
      this.root.removeAttribute("data-pointed");
      this.player.scrubbing(false);
      this.tell();
      for (const name of ["pointerup", "pointercancel"]) this.root.removeEventListener(name, release);
    };
    for (const name of ["pointerup", "pointercancel"]) this.root.addEventListener(name, release);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { fps } = this.player;
    const frame = frameAt(this.player.now(), fps);
    const second = this.player.now();
    const target = {
      ArrowLeft: event.shiftKey ? second - 1 : momentOf(Math.max(0, frame - 1), fps),
      ArrowDown: momentOf(Math.max(0, frame - 1), fps),
      ArrowRight: event.shiftKey ? second + 1 : momentOf(Math.min(this.player.lastFrame, frame + 1), fps),
      ArrowUp: momentOf(Math.min(this.player.lastFrame, frame + 1), fps),
      PageDown: second - 1, PageUp: second + 1, Home: 0, End: momentOf(this.player.lastFrame, fps),
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    this.player.pause();
    this.player.seek(target);
    this.tell();
  }
}

/** Fill a cell with a frame, cutting what does not fit, never stretching. */
function drawCover(pen, image, from, to) {
  const scale = Math.max(to.width / from.width, to.height / from.height);
  const width = to.width / scale;
  const height = to.height / scale;
  pen.drawImage(image, from.x + (from.width - width) / 2, (from.height - height) / 2, width, height, to.x, 0, to.width, to.height);
}
