// Elements by hand: text is always text, never markup.
let serial = 0;
export const fresh = (prefix) => `${prefix}-${++serial}`;

export const el = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return made;
};

export const icon = (name) =>
  el("span", { class: "material-symbols-outlined", "aria-hidden": "true" }, name);

/** A button that is an icon; its name is read aloud and shown on hover. */
export const tool = (name, label, key, onclick, disabled = false) =>
  el(
    "button",
    { type: "button", class: "builder-tool", title: label, "aria-label": label, "data-key": key,
      "aria-disabled": disabled ? "true" : null, onclick: disabled ? () => {} : onclick },
    icon(name),
  );

export const button = (label, key, onclick, more = {}) =>
  el("button", { type: "button", class: "builder-button", "data-key": key, onclick, ...more }, label);

export const select = (options, chosen, label, key, onchange) => {
  const made = el("select", { class: "builder-control", "aria-label": label, "data-key": key });
  made.append(...options.map(([value, words, attributes]) => option(value, words, chosen, attributes)));
  return whenChosen(made, () => onchange(options[made.selectedIndex][0]));
};

// Who chooses by typing changes the choice with every letter: it counts when they pause or go on.
const TYPING = 700; // ms
let waiting = null;
let timer = 0;

export const flush = () => {
  clearTimeout(timer);
  const act = waiting;
  waiting = null;
  act?.();
};

/** Calls `act` in a moment, when a press that is under way is over; or before anything else happens. */
export const later = (act) => {
  flush();
  waiting = act;
  timer = setTimeout(flush, TYPING);
};

/** Calls `act` once a select has its new choice. */
export const whenChosen = (made, act) => {
  let isTyped = false;
  made.addEventListener("pointerdown", () => (isTyped = false));
  made.addEventListener("keydown", ({ key }) => {
    isTyped = true;
    if (key === "Tab" || key === "Enter") flush();
  });
  made.addEventListener("change", () => {
    clearTimeout(timer);
    waiting = act;
    if (isTyped) timer = setTimeout(flush, TYPING);
    else flush();
  });
  return made;
};

export const option = (value, words, chosen, attributes = {}) =>
  el("option", { value: String(value), selected: value === chosen, ...attributes }, words);
