// Single keys: a link or button that names one (data-key) is pressed by it, and 1 to 5 mark a criterion. They do
// nothing while somebody writes, nothing with a modifier, nothing behind a dialog, and can be switched off here.
const WRITING = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";
const box = document.querySelector("[data-keys-switch]");
const isOn = () => localStorage.getItem("keys") !== "off";

// The criterion in focus; without one, the first that has no mark yet.
const criterion = (form) => {
  const own = document.activeElement.closest("fieldset");
  if (own && form.contains(own)) return own;
  return [...form.querySelectorAll("fieldset")].find((each) => !each.querySelector(":checked"));
};

const mark = (value) => {
  const form = document.querySelector("form[data-marks]");
  const radio = form && criterion(form)?.querySelector(`input[value="${value}"]`);
  if (!radio) return;
  radio.focus();
  radio.click();
};

document.addEventListener("keydown", (event) => {
  const isModified = event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat;
  if (isModified || event.defaultPrevented || event.target.closest(WRITING) || !isOn()) return;
  if (document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  if (/^[1-5]$/.test(key)) return mark(key);
  const named = [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key === key);
  if (!named) return;
  event.preventDefault();
  named.click();
});

if (box) {
  const button = box.querySelector("button");
  const show = () => button.setAttribute("aria-checked", String(isOn()));
  button.addEventListener("click", () => {
    localStorage.setItem("keys", isOn() ? "off" : "on");
    show();
  });
  show();
  box.hidden = false;
}
