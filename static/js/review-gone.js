// The review of a take that is gone: as soon as it is back, so is its page.

for (const kind of ["take.changed", "turn.changed", "thread.changed"]) {
  document.addEventListener(`live:${kind}`, async () => {
    const answer = await fetch(location.href, { method: "HEAD" }).catch(() => null);
    if (answer?.ok) location.reload();
  });
}
