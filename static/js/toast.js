// A word in passing, said aloud too. What matters stands on the page as well: a toast goes away.
const STAYS = 8000;

const leave = (toast) => toast.remove();

const watched = (toast) => {
  toast.querySelector("[data-dismiss]")?.addEventListener("click", () => leave(toast));
  let timer;
  const wait = () => (timer = setTimeout(leave, STAYS, toast));
  // Nobody is hurried: it stays while the pointer or the focus is on it.
  for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, () => clearTimeout(timer));
  for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, wait);
  wait();
};

export const say = (text) => {
  const region = document.querySelector("[data-toasts]");
  const toast = region.querySelector("template").content.firstElementChild.cloneNode(true);
  toast.querySelector("p").textContent = text;
  region.append(toast);
  watched(toast);
};

for (const toast of document.querySelectorAll("[data-toasts] > .toast")) watched(toast);
