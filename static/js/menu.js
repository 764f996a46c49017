// Menus are popovers: the browser opens and closes them, this places them beside their button and moves focus by arrows.
// Dialogs open by data-opens="<id>" and close by a click on the scrim.

const GAP = 6;

function place(menu, opener) {
  const button = opener.getBoundingClientRect();
  const width = menu.offsetWidth;
  const height = menu.offsetHeight;
  const room = { right: document.documentElement.clientWidth, bottom: window.innerHeight };
  const alignRight = button.left + width > room.right - GAP;
  const left = alignRight ? button.right - width : button.left;
  const below = button.bottom + GAP + height <= room.bottom - GAP || button.top < height + 2 * GAP;
  menu.style.left = `${Math.max(GAP, Math.min(left, room.right - width - GAP))}px`;
  menu.style.top = `${below ? button.bottom + GAP : button.top - height - GAP}px`;
}

function openerOf(menu) {
  const openers = [...document.querySelectorAll(`[popovertarget="${CSS.escape(menu.id)}"]`)];
  return openers.find((one) => one.offsetParent !== null) ?? openers[0];
}

function items(menu) {
  return [...menu.querySelectorAll(".menu-item")].filter((item) => item.offsetParent !== null && !item.disabled);
}

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!(menu instanceof HTMLElement) || !menu.matches(".menu-list[popover]")) return;
  const opener = openerOf(menu);
  const open = event.newState === "open";
  opener?.setAttribute("aria-expanded", String(open));
  if (open && opener) {
    place(menu, opener);
    if (opener.matches(":focus-visible")) items(menu)[0]?.focus();
  }
}, true);

document.addEventListener("keydown", (event) => {
  const menu = event.target instanceof Element ? event.target.closest(".menu-list") ?? openMenuOf(event.target) : null;
  if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  if (event.target.matches("input, textarea, select")) return;
  const list = items(menu);
  const now = list.indexOf(document.activeElement);
  const step = { ArrowDown: now + 1, ArrowUp: now < 0 ? -1 : now - 1, Home: 0, End: -1 }[event.key];
  list.at(step % list.length)?.focus();
  event.preventDefault();
});

function openMenuOf(element) {
  const id = element.getAttribute("popovertarget");
  const menu = id ? document.getElementById(id) : null;
  return menu?.matches(":popover-open") ? menu : null;
}

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  const item = event.target.closest(".menu-list .menu-item");
  if (item && !item.dataset.stay) item.closest(".menu-list").hidePopover?.();
  if (event.target instanceof HTMLDialogElement && event.target.matches(".dialog")) event.target.close();
});

// A menu is fixed to the window, so it must not stay where its button no longer is.
addEventListener("resize", () => document.querySelectorAll(".menu-list:popover-open").forEach((menu) => menu.hidePopover()));
addEventListener("scroll", (event) => {
  document.querySelectorAll(".menu-list:popover-open").forEach((menu) => {
    if (event.target instanceof Node && menu.contains(event.target)) return;
    const opener = openerOf(menu);
    if (opener) place(menu, opener);
  });
}, { capture: true, passive: true });
