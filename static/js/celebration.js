// What was won is announced, counts as seen once it was shown, and goes at once when it is pressed away or
// with Escape. Without this, its button does the same with a page of its own.
const shown = document.querySelector("[data-celebration]");

if (shown) {
  const form = shown.querySelector("form");
  const status = document.querySelector("[data-announces]");
  setTimeout(() => {
    status.textContent = status.dataset.announces;
  }, 100);
  fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual", keepalive: true }).catch(() => {});
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    shown.remove();
    document.querySelector("#content").focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") shown.remove();
  });
}
