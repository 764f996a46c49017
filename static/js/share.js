// A guest's page: what the link shows or allows has changed, so the page comes as it is now. A draft is kept, and so is
// the take that one looks at, where it is still there: a newer one does not take its place.

async function anew() {
  const own = document.getElementById("review")?.dataset.address;
  const answer = own ? await fetch(own).catch(() => null) : null;
  if (answer?.ok) location.replace(own);
  else location.reload();
}

document.addEventListener("live:takes.changed", anew);
document.addEventListener("live:share.changed", (event) => { if (event.detail.link === document.body.dataset.link) anew(); });
