// What every page has: menus, dialogs, toasts and the key map.
import "./menu.js";
import "./toast.js";
import "./keys.js";
import "./confirm.js";
import "./notices.js";

// The socket says that this page may no longer be seen: show what the server says now, once.
document.addEventListener("live:gone", () => {
  const last = Number(sessionStorage.getItem("gone-at") ?? 0);
  sessionStorage.setItem("gone-at", String(Date.now()));
  if (Date.now() - last > 10000) location.reload();
});
