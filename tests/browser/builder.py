"""Hands for the builder: a person with a keyboard only, and a monkey."""

from playwright.sync_api import Page, expect

#: Press, choose and fill in whatever comes, from a seed; answers every rule that was reached.
MONKEY = """
([seed, steps]) => {
  const builder = document.querySelector("[data-builder]").builder;
  const next = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
  const one = (list) => list[Math.floor(next() * list.length)];
  const words = ["7", "12.50", "refill", "x y", "-3", "", "99999999999", "2027-03-01", "é\\u202e<b>", "0"];
  const reached = new Set([JSON.stringify(builder.rule)]);
  const parts = [...builder.root.querySelectorAll("[data-part], [data-tools]")];
  const all = "button:not([data-do]), [data-do=undo], [data-do=redo], select, input";
  for (let step = 0; step < steps; step += 1) {
    const control = one(parts.flatMap((part) => [...part.querySelectorAll(all)]));
    if (control.tagName === "BUTTON") control.click();
    else if (control.tagName === "SELECT") {
      const open = [...control.options].filter((option) => !option.disabled);
      control.value = one(open).value;
      control.dispatchEvent(new Event("change", { bubbles: true }));
    } else {
      control.value = one(words);
      control.dispatchEvent(new Event("input", { bubbles: true }));
      if (next() < 0.5) control.dispatchEvent(new Event("blur"));
    }
    reached.add(JSON.stringify(builder.rule));
  }
  return [...reached].map((text) => JSON.parse(text));
}
"""


def answered(page: Page) -> None:
    """Wait until the server has said what it thinks of the page's rule."""
    expect(page.locator("[data-answers][data-state=answered]")).to_be_visible()


class Keyboard:
    """A person without a mouse: tabs to what a screen reader would name, and types."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, label: str, *, back: bool = False) -> None:
        """Tab until the control of this name has the focus."""
        for _ in range(150):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            named = self.page.evaluate(
                "(document.activeElement.ariaLabel ?? document.activeElement.textContent).trim()"
            )
            if named == label:
                return
        raise AssertionError(f"no control is called {label!r}")

    def press(self, label: str, *, back: bool = False) -> None:
        """Push a button."""
        self.to(label, back=back)
        self.page.keyboard.press("Enter")

    def choose(self, label: str, words: str, *, back: bool = False) -> None:
        """Choose from a list by typing the beginning."""
        self.to(label, back=back)
        self.page.keyboard.type(words)

    def write(self, label: str, text: str) -> None:
        """Fill in a field."""
        self.to(label)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)
