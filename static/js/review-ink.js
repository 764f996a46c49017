// Drawings over the picture: vectors in shares of it, so that they lie where they were drawn on any screen.
// A stroke is {kind: arrow | box | free, colour: a to f, points: [[x, y], …]}. `preserveAspectRatio` letterboxes like the video.

const NS = "http://www.w3.org/2000/svg";
const MOST_STROKES = 50;
const MOST_POINTS = 2000;
const NEAR = 0.004; // shares; what is nearer adds nothing
const HEAD = 0.05; // of the picture's diagonal

const node = (name, attributes) => {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
};
const round = (share) => Math.round(Math.min(1, Math.max(0, share)) * 1e4) / 1e4;

export class Ink {
  /** `size` answers {width, height} of the picture; `changed` is called after every stroke, undo and redo. */
  constructor(side, size, changed) {
    this.size = size;
    this.changed = changed;
    this.kind = "free";
    this.colour = "a";
    this.strokes = [];
    this.undone = [];
    this.shown = [];
    this.svg = node("svg", { class: "ink", "aria-hidden": "true", preserveAspectRatio: "xMidYMid meet" });
    side.append(this.svg);
    this.svg.addEventListener("pointerdown", (event) => this.begin(event));
    for (const name of ["click", "dblclick"]) this.svg.addEventListener(name, (event) => { if (this.on) event.stopPropagation(); });
  }

  get on() {
    return this.svg.hasAttribute("data-drawing");
  }

  set on(drawing) {
    this.svg.toggleAttribute("data-drawing", drawing);
    document.getElementById("stage").toggleAttribute("data-drawing", drawing);
    this.render();
  }

  /** What other notes say about this moment; one's own strokes lie above. */
  show(strokes) {
    this.shown = strokes;
    this.render();
  }

  set(strokes) {
    this.strokes = strokes;
    this.undone = [];
    this.render();
    this.changed();
  }

  undo() {
    if (this.strokes.length) this.undone.push(this.strokes.pop());
    this.render();
    this.changed();
  }

  redo() {
    if (this.undone.length) this.strokes.push(this.undone.pop());
    this.render();
    this.changed();
  }

  at(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    const { width, height } = this.size();
    return [round(point.x / width), round(point.y / height)];
  }

  begin(event) {
    if (!this.on || event.button !== 0 || this.strokes.length >= MOST_STROKES) return;
    event.preventDefault();
    this.svg.setPointerCapture(event.pointerId);
    const first = this.at(event);
    const stroke = { kind: this.kind, colour: this.colour, points: this.kind === "free" ? [first] : [first, first] };
    const used = this.strokes.reduce((sum, each) => sum + each.points.length, 0);
    const follow = (moved) => {
      const point = this.at(moved);
      if (stroke.kind !== "free") stroke.points[1] = point;
      else if (used + stroke.points.length < MOST_POINTS && far(stroke.points.at(-1), point)) stroke.points.push(point);
      this.render(stroke);
    };
    const end = () => {
      for (const name of ["pointerup", "pointercancel"]) this.svg.removeEventListener(name, end);
      this.svg.removeEventListener("pointermove", follow);
      const drawn = stroke.kind === "free" ? stroke.points.length > 1 : far(...stroke.points);
      if (drawn) { this.strokes.push(stroke); this.undone = []; }
      this.render();
      this.changed();
    };
    this.svg.addEventListener("pointermove", follow);
    for (const name of ["pointerup", "pointercancel"]) this.svg.addEventListener(name, end);
  }

  render(current = null) {
    const { width, height } = this.size();
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const all = [...(this.on ? [] : this.shown), ...this.strokes, ...(current ? [current] : [])];
    this.svg.replaceChildren(...all.flatMap((stroke) => shapes(stroke, width, height)));
  }
}

function far(a, b) {
  return Math.hypot(a[0] - b[0], a[1] - b[1]) > NEAR;
}

function shapes({ kind, colour, points }, width, height) {
  const [first, last] = [points[0], points.at(-1)].map(([x, y]) => [x * width, y * height]);
  const look = { "data-who": colour };
  if (kind === "box") {
    const [x, y] = [Math.min(first[0], last[0]), Math.min(first[1], last[1])];
    return [node("rect", { ...look, x, y, width: Math.abs(first[0] - last[0]), height: Math.abs(first[1] - last[1]), rx: 4 })];
  }
  if (kind === "arrow") {
    const turn = Math.atan2(last[1] - first[1], last[0] - first[0]);
    const reach = Math.hypot(width, height) * HEAD * 0.6;
    const wing = (by) => `${last[0] - reach * Math.cos(turn + by)} ${last[1] - reach * Math.sin(turn + by)}`;
    return [node("path", { ...look, d: `M${first.join(" ")} L${last.join(" ")} M${wing(0.5)} L${last.join(" ")} L${wing(-0.5)}` })];
  }
  return [node("path", { ...look, d: smooth(points.map(([x, y]) => [x * width, y * height])) })];
}

/** Through the middles, with the points as handles: a hand's line without its corners. */
function smooth(points) {
  if (points.length < 3) return `M${points.map((point) => point.join(" ")).join(" L")}`;
  let path = `M${points[0].join(" ")}`;
  for (let index = 1; index < points.length - 1; index += 1) {
    const [x, y] = points[index];
    const [nextX, nextY] = points[index + 1];
    path += ` Q${x} ${y} ${(x + nextX) / 2} ${(y + nextY) / 2}`;
  }
  return `${path} L${points.at(-1).join(" ")}`;
}
