// At the door: every scan is kept on this device until the server has answered it. With a connection that takes
// a moment; without one it waits, in sight, and is told once when it is back.
import { keep } from "kept_scans";
import { show } from "scan_queue";
import { send } from "scan_sending";

const box = document.querySelector("[data-scans]");
const plainForm = box.querySelector("form[data-scan='']");
const PAUSE = 5000;

// False where nothing can be kept: then the form goes its plain way.
const take = (ticket, label = "") => {
  if (!keep(ticket, label)) return false;
  show();
  send();
  return true;
};

const submitPlainly = (ticket) => {
  plainForm.elements.ticket.value = ticket;
  plainForm.submit();
};

box.addEventListener("scan", ({ detail }) => take(detail) || submitPlainly(detail));
box.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-scan]");
  const ticket = form?.elements.ticket.value.trim();
  if (!ticket) return; // the server says what is missing
  if (!take(ticket, form.dataset.scan)) return;
  event.preventDefault();
  event.stopPropagation();
  if (!form.dataset.scan) form.elements.ticket.value = "";
});
box.querySelector("[data-scan-send]").addEventListener("click", send);
window.addEventListener("online", send);
setInterval(send, PAUSE);
show();
send();
