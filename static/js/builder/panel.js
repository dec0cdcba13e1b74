// Trying on one member without leaving the page: the same form, sent with the rule as it stands here.
export class TrialPanel {
  constructor(panel, rule) {
    this.panel = panel;
    this.rule = rule;
    panel.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    panel.addEventListener("change", (event) => {
      if (["chosen", "member_word"].includes(event.target.name)) this.send();
    });
  }

  async send() {
    const form = this.panel.querySelector("form");
    const words = new FormData(form);
    words.set("rule", JSON.stringify(this.rule()));
    const focus = document.activeElement?.name;
    const turn = (this.turn = (this.turn ?? 0) + 1);
    this.panel.setAttribute("aria-busy", "true");
    const failed = this.panel.querySelector("[data-trial-failed]");
    try {
      const answer = await fetch(this.panel.dataset.url, { method: "POST", body: words, redirect: "manual" });
      if (!answer.ok) throw new Error(String(answer.status));
      const text = await answer.text();
      if (turn !== this.turn) return;
      this.panel.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
      this.panel.querySelector(`[name="${focus}"]`)?.focus();
    } catch {
      if (turn === this.turn) failed.hidden = false;
    } finally {
      if (turn === this.turn) this.panel.setAttribute("aria-busy", "false");
    }
  }
}
