// A switch turns at once and is told to the server behind it; if that fails, it turns back and says so.
// Only what takes longer than 200 ms shows that it is under way: quick answers must not flicker.
import { say } from "toast";

const PATIENCE = 200;

const turn = (form) => {
  const button = form.querySelector("[role=switch]");
  const isOn = button.getAttribute("aria-checked") === "true";
  button.setAttribute("aria-checked", String(!isOn));
  form.querySelector("input[value=yes], input[value=no]").value = isOn ? "yes" : "no";
};

const send = async (form) => {
  const body = new FormData(form);
  turn(form);
  form.dataset.busy = "no";
  const slow = setTimeout(() => (form.dataset.busy = "yes"), PATIENCE);
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    // Whoever was signed out meanwhile is led to sign in, and that page is fine in itself.
    const isLedAway = new URL(answer.url).pathname.startsWith("/account/login");
    if (!answer.ok || isLedAway) throw new Error(answer.status);
  } catch {
    turn(form);
    say(form.dataset.failed);
  }
  clearTimeout(slow);
  delete form.dataset.busy;
};

for (const form of document.querySelectorAll("form[data-optimistic]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (!form.dataset.busy) send(form);
  });
}
