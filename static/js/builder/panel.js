// A panel beside the rule whose form is sent with the rule as it stands here, without leaving the page.
const PAUSE = 1000;

export class Panel {
  /** `again`: the inputs whose change sends it at once; `done` is told when an answer has come. */
  constructor(panel, rule, { again = [], done = () => {} } = {}) {
    Object.assign(this, { panel, rule, done, turn: 0 });
    panel.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    panel.addEventListener("change", (event) => {
      if (again.includes(event.target.name)) this.send();
    });
  }

  send() {
    const words = new FormData(this.panel.querySelector("form"));
    words.set("rule", JSON.stringify(this.rule()));
    return this.ask(this.panel.dataset.url, { method: "POST", body: words });
  }

  /** What is being counted is looked at again until it is done. */
  watch() {
    const running = this.panel.querySelector("[data-running]");
    const turn = this.turn;
    if (running) setTimeout(() => turn === this.turn && this.ask(running.dataset.running, {}), PAUSE);
  }

  async ask(url, how) {
    const focus = document.activeElement?.name;
    const turn = (this.turn += 1);
    const isAsked = how.method === "POST";
    if (isAsked) this.panel.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, { ...how, redirect: "manual" });
      if (!answer.ok && answer.status !== 422) throw new Error(String(answer.status));
      const text = await answer.text();
      if (turn !== this.turn) return;
      this.panel.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
      if (focus) this.panel.querySelector(`[name="${focus}"]`)?.focus();
      if (isAsked) this.done(answer.ok);
    } catch {
      if (turn === this.turn) this.panel.querySelector("[data-failed]").hidden = false;
    } finally {
      if (turn === this.turn) {
        this.panel.setAttribute("aria-busy", "false");
        this.watch();
      }
    }
  }
}
