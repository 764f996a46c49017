// What waits for a person's review, in the bar and on the first page: fetched anew when somebody asks or it is done.

let soon = 0;

function stale() {
  clearTimeout(soon);
  soon = setTimeout(() => window.htmx.trigger(document.body, "waiting:stale"), 150);
}

if (document.getElementById("waiting-count")) {
  document.addEventListener("live:review.changed", stale);
  document.addEventListener("live:refresh", stale);
}
