// A part of the page that is brought up to date until it is gone; then the whole page is.
const PAUSE = 2000;

async function look(box) {
  const name = box.dataset.watchPart;
  try {
    const answer = await fetch(box.dataset.watch, { headers: { Accept: "text/html" } });
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const part = page.querySelector(`[data-part="${name}"]`);
      if (!part) return location.reload();
      const old = box.querySelector(`[data-part="${name}"]`);
      if (!old.contains(document.activeElement)) old.replaceWith(part);
    }
  } catch {
    // No connection just now: the next look tells.
  }
  setTimeout(look, PAUSE, box);
}

for (const box of document.querySelectorAll("[data-watch]")) setTimeout(look, PAUSE, box);
