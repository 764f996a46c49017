// A moderator has decided about something of this person: said at once on every page, for each hears its person.

import { toast } from "./toast.js";

const source = document.getElementById("toasts");

document.addEventListener("live:notice.added", () => {
  toast({ text: source.dataset.notice, state: "info", action: { label: source.dataset.noticeShow, event: "notices:show" } });
});
document.addEventListener("notices:show", () => location.assign(source.dataset.notices));
