// The switch for light, dark or the system's choice; remembered on this device only.
const root = document.documentElement;

const chosen = () => root.dataset.theme ?? "system";

// The browser's own frame follows the page.
const frames = [...document.querySelectorAll("meta[name=theme-color]")];
const ownOf = (meta) => (meta.media.includes("dark") ? "dark" : "light");
const colours = Object.fromEntries(frames.map((meta) => [ownOf(meta), meta.content]));
const frame = () => {
  for (const meta of frames) meta.content = colours[chosen() === "system" ? ownOf(meta) : chosen()];
};
frame();

const choose = (theme) => {
  if (theme === "system") {
    delete root.dataset.theme;
    localStorage.removeItem("theme");
  } else {
    root.dataset.theme = theme;
    localStorage.setItem("theme", theme);
  }
  frame();
};

for (const group of document.querySelectorAll("[data-theme-switch]")) {
  const show = () => {
    for (const button of group.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.value === chosen()));
    }
  };
  group.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    choose(button.value);
    show();
  });
  show();
  group.hidden = false;
}
