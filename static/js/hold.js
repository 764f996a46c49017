// While a video changes its file it would show black. The last picture is held over it until the next one is drawn.

export class PictureHold {
  constructor(video, canvas) {
    this.video = video;
    this.canvas = canvas;
  }

  get isEmpty() {
    return this.canvas.hidden;
  }

  take() {
    const { video, canvas } = this;
    if (video.readyState < 2 || !video.videoWidth) return;
    this.waiting?.abort();
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    canvas.hidden = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.release(), 4000);
  }

  release() {
    clearTimeout(this.timer);
    this.waiting?.abort();
    this.canvas.hidden = true;
  }

  /** Let go once the picture at the right moment can be drawn. A paused video does not announce its frames everywhere. */
  releaseWhenShown() {
    if (this.canvas.hidden) return;
    this.waiting?.abort();
    const waiting = this.waiting = new AbortController();
    const look = () => {
      if (this.video.seeking || this.video.readyState < 2) return;
      waiting.abort();
      requestAnimationFrame(() => requestAnimationFrame(() => { if (this.waiting === waiting) this.release(); }));
    };
    for (const name of ["loadeddata", "seeked", "canplay", "playing"]) this.video.addEventListener(name, look, { signal: waiting.signal });
    look();
  }
}
