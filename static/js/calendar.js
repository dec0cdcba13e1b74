// Dragging the first or the last day of a campaign to another day sends the form that “Move” leads to.
const form = document.querySelector("#cal-move");
const days = document.querySelectorAll("[data-day]");
let dragged = null;

const dayAt = ({ clientX, clientY }) =>
  document.elementsFromPoint(clientX, clientY).find((found) => found.dataset.day);

const mark = (day) => days.forEach((each) => each.classList.toggle("is-target", each === day));

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-edge]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", "");
});

document.addEventListener("dragover", (event) => {
  const day = dragged && dayAt(event);
  mark(day);
  if (day) event.preventDefault();
});

document.addEventListener("dragend", () => {
  dragged = null;
  mark(null);
});

document.addEventListener("drop", (event) => {
  const day = dragged && dayAt(event);
  if (!day) return;
  event.preventDefault();
  const bar = dragged.closest("[data-move]");
  form.action = bar.dataset.move;
  for (const name of ["starts_on", "ends_on"]) form.elements[name].value = "";
  form.elements.seen.value = bar.dataset.seen;
  form.elements[dragged.dataset.edge].value = day.dataset.day;
  form.submit();
});
