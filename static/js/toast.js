// Short news. Anyone raises it: an answer's HX-Trigger header {"toast:show": {text, state, action}}, or toast() from a module.
// `state` is info, ok, warn or err; `action` is {label, url} (posted) or {label, event, detail} (raised on the document).

const STAY = 6000;
const STAY_WITH_ACTION = 10000;
const box = document.getElementById("toasts");

/** Speak a sentence to people who listen to the page. `alarm` interrupts. */
export function say(text, { alarm = false } = {}) {
  const region = document.getElementById(alarm ? "alarm" : "say");
  if (!region) return;
  region.textContent = "";
  setTimeout(() => { region.textContent = text; }, 50);
}

function leave(node) {
  if (node.dataset.leaving !== undefined) return;
  node.dataset.leaving = "";
  setTimeout(() => node.remove(), 200);
}

/** Leave after a while, but never while somebody points at it or is in it. */
function leaveLater(node, milliseconds) {
  let timer = setTimeout(() => leave(node), milliseconds);
  const hold = () => clearTimeout(timer);
  const release = () => { hold(); timer = setTimeout(() => leave(node), milliseconds / 2); };
  node.addEventListener("pointerenter", hold);
  node.addEventListener("focusin", hold);
  node.addEventListener("pointerleave", release);
  node.addEventListener("focusout", release);
}

function icon(name) {
  const holder = document.createElement("template");
  holder.innerHTML = `<svg class="icon" aria-hidden="true"><use href="#i-${name}"></use></svg>`;
  return holder.content.firstChild;
}

function actionButton(action, node) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "toast-act";
  button.textContent = action.label;
  button.addEventListener("click", () => {
    leave(node);
    if (action.url) window.htmx.ajax("POST", action.url, { source: document.body, swap: "none", target: document.body });
    else document.dispatchEvent(new CustomEvent(action.event, { bubbles: true, detail: action.detail ?? {} }));
  });
  return button;
}

export function toast({ text, state = "info", action = null }) {
  if (!box || !text) return null;
  const node = document.createElement("div");
  node.className = "toast";
  node.dataset.state = state;
  const words = document.createElement("span");
  words.className = "toast-text";
  words.textContent = text;
  node.append(icon({ ok: "check", warn: "warn", err: "fail" }[state] ?? "info"), words);
  if (action) node.append(actionButton(action, node));
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button-icon";
  close.setAttribute("aria-label", box.dataset.close);
  close.append(icon("close"));
  close.addEventListener("click", () => leave(node));
  node.append(close);
  box.append(node);
  while (box.children.length > 3) box.firstElementChild.remove();
  leaveLater(node, action ? STAY_WITH_ACTION : STAY);
  say(text, { alarm: state === "err" });
  return node;
}

if (box) {
  box.querySelectorAll(".toast").forEach((node) => leaveLater(node, STAY));
  document.addEventListener("toast:show", (event) => toast(event.detail));
  document.addEventListener("htmx:sendError", () => toast({ text: box.dataset.lost, state: "err" }));
  document.addEventListener("htmx:responseError", (event) => {
    const said = event.detail.xhr.getResponseHeader("HX-Trigger") ?? "";
    if (!said.includes("toast:show")) toast({ text: box.dataset.failed, state: "err" });
  });
}
