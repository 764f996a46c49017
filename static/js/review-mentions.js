// @name in a note: the team's people, chosen by keys or pointer. The server reads the text again.

const MOST = 6;
const people = JSON.parse(document.getElementById("people")?.textContent ?? "[]");

export class Mentions {
  constructor(field, list) {
    this.field = field;
    this.list = list;
    this.found = [];
    this.index = 0;
    if (!people.length) return;
    field.addEventListener("input", () => this.look());
    field.addEventListener("keydown", (event) => this.key(event));
    field.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    list.addEventListener("pointerdown", (event) => {
      const row = event.target.closest("li");
      if (!row) return;
      event.preventDefault();
      this.take(Number(row.dataset.index));
    });
  }

  get isOpen() {
    return !this.list.hidden;
  }

  look() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    const match = /(?:^|[\s(])@([\p{L}\p{N}._-]*(?: [\p{L}\p{N}._-]*)?)$/u.exec(before);
    const typed = match?.[1].toLowerCase();
    this.found = typed === undefined ? [] : people.filter(({ name }) => name.toLowerCase().startsWith(typed) && name.toLowerCase() !== typed).slice(0, MOST);
    this.start = match ? before.length - match[1].length : 0;
    this.index = 0;
    this.show();
  }

  show() {
    this.list.replaceChildren(...this.found.map(({ name }, index) => {
      const row = document.createElement("li");
      row.id = `mention-${index}`;
      row.role = "option";
      row.dataset.index = String(index);
      row.setAttribute("aria-selected", String(index === this.index));
      row.textContent = name;
      return row;
    }));
    this.list.hidden = !this.found.length;
    this.field.setAttribute("aria-expanded", String(this.isOpen));
    if (this.isOpen) this.field.setAttribute("aria-activedescendant", `mention-${this.index}`);
    else this.field.removeAttribute("aria-activedescendant");
  }

  close() {
    this.found = [];
    this.show();
  }

  key(event) {
    if (!this.isOpen) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { this.index = (this.index + step + this.found.length) % this.found.length; this.show(); }
    else if (event.key === "Enter" || event.key === "Tab") this.take(this.index);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  take(index) {
    const name = this.found[index]?.name;
    if (!name) return;
    this.field.setRangeText(`${name} `, this.start, this.field.selectionStart, "end");
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    this.close();
  }
}
