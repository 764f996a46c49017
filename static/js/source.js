// The file behind the picture: changing it without a black moment, waiting for one, and fresh addresses for old ones.

import { freshTake, watchAge } from "./addresses.js";
import { PictureHold } from "./hold.js";

const TRIES = 3;
const LOOK_EVERY = 2000;
const FIRST_PICTURE = 0.001;

export class Source {
  /** `player` offers video, take, words, rate, fps, isStill, now(), show(), part(), strip. */
  constructor(player) {
    this.player = player;
    this.video = player.video;
    this.hold = new PictureHold(player.video, player.part("hold"));
    this.shownSince = Date.now();
    this.tried = 0;
    this.expected = "";
    this.pending = null;
    this.video.addEventListener("error", () => this.failed());
    this.video.addEventListener("loadedmetadata", () => this.goOn());
    this.video.addEventListener("loadeddata", () => this.leavePoster());
    this.video.addEventListener("playing", () => { this.tried = 0; });
    if (this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) this.leavePoster(); // it was quicker than this script
    watchAge(() => this.shownSince, () => this.renew());
  }

  /** The file of a take that will be shown in a moment. Until then the picture of the present one stays. */
  expect(take, moment) {
    this.expected = take.id;
    this.change(take.src, "", moment);
  }

  load(take, keepSource, moment) {
    const isThere = this.expected === take.id && this.video.getAttribute("src") === take.src && !this.video.error;
    this.expected = "";
    this.problem("");
    this.shownSince = Date.now();
    this.tried = 0;
    if (isThere) { if (take.poster) this.video.poster = take.poster; return; }
    if (this.player.isStill) { this.player.pause(); return; }
    if (!take.src) { this.awaitSource(take); return; }
    if (keepSource && this.video.currentSrc) { if (this.video.error) this.failed(); return; }
    this.change(take.src, take.poster, moment);
  }

  clear() {
    this.pending = null;
    this.problem("");
    this.hold.release();
    this.video.removeAttribute("src");
    this.video.removeAttribute("poster");
    this.video.load();
  }

  /** Another file in the same video, without a black moment in between; `pending` is how it shall go on there. */
  change(src, poster, moment) {
    this.pending = { moment, playing: this.pending?.playing ?? (!this.video.paused && !this.video.ended) };
    this.hold.take();
    if (poster) this.video.poster = poster;
    else this.video.removeAttribute("poster");
    this.video.src = src;
    this.video.playbackRate = this.player.rate;
    this.player.wanted = null;
  }

  goOn() {
    if (!this.pending) return;
    const { moment, playing } = this.pending;
    this.pending = null;
    this.problem("");
    const most = Math.max(0, this.video.duration - 0.5 / this.player.fps);
    // Even at the start: without a seek a paused video goes on showing its poster, which is another moment.
    this.video.currentTime = Math.min(Math.max(moment, FIRST_PICTURE), most);
    if (playing) this.video.play().catch(() => {});
    this.hold.releaseWhenShown();
  }

  /** The take that the page came with shows its first picture, too, not its poster. */
  leavePoster() {
    if (this.video.currentTime === 0 && this.video.paused) this.video.currentTime = FIRST_PICTURE;
  }

  /** A take whose playable version is still being made: its poster, and a look every other second. */
  awaitSource(take) {
    this.video.removeAttribute("src");
    this.video.load();
    if (take.poster) this.video.poster = take.poster;
    this.problem(this.player.words.unplayable);
    this.lookAgain(take);
  }

  lookAgain(take) {
    setTimeout(async () => {
      if (this.player.take?.id !== take.id || this.player.take?.src) return;
      const fresh = await freshTake(take);
      if (this.player.take?.id !== take.id) return;
      if (fresh?.src) this.player.show(fresh);
      else this.lookAgain(take);
    }, LOOK_EVERY);
  }

  async renew() {
    const take = this.player.take;
    this.shownSince = Date.now();
    const fresh = await freshTake(take);
    if (!fresh || this.player.take?.id !== take.id) return;
    this.player.take = fresh;
    this.player.strip.show(fresh);
    const { buffered, duration } = this.video;
    const whole = buffered.length === 1 && buffered.end(0) - buffered.start(0) >= duration - 0.1;
    if (fresh.src && fresh.src !== take.src && !whole) this.change(fresh.src, fresh.poster, this.player.now());
  }

  /** An address may have ended, or the network broke: ask for fresh ones, and say so only when that does not help. */
  async failed() {
    const take = this.player.take;
    if (!take || this.player.isStill || !this.video.getAttribute("src")) return;
    this.tried += 1;
    const moment = this.pending?.moment ?? this.player.now();
    const fresh = this.tried <= TRIES ? await freshTake(take) : null;
    if (this.player.take?.id !== take.id) return;
    if (!fresh?.src) { this.hold.release(); this.problem(this.video.error?.code === 4 && !take.address ? this.player.words.unplayable : this.player.words.gone); return; }
    this.player.take = fresh;
    setTimeout(() => { if (this.player.take === fresh) this.change(fresh.src, fresh.poster, moment); }, 400 * (this.tried - 1));
  }

  problem(sentence) {
    const place = this.player.part("stage-problem");
    place.textContent = sentence;
    place.hidden = !sentence;
  }
}
