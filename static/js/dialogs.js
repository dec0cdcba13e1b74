// A link to a question opens it in front of the page: <a href="?ask=leave" data-dialog="leave">.
// The browser keeps the focus inside and gives it back; Escape and a press outside close it.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-dialog]");
  if (link) {
    const dialog = document.getElementById(link.dataset.dialog);
    if (!dialog?.showModal) return;
    event.preventDefault();
    dialog.showModal();
  }
  if (event.target.matches?.("dialog")) {
    const box = event.target.getBoundingClientRect();
    const { clientX: x, clientY: y } = event;
    if (x < box.left || x > box.right || y < box.top || y > box.bottom) event.target.close();
  }
});
