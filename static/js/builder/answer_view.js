// What the server said: the sentence, whom it could reach, what it would have met, and each fault at its place.
import { el } from "builder/dom";

export class AnswerView {
  constructor(panel, builder, offer) {
    Object.assign(this, { panel, builder, offer });
  }

  #part(name) {
    return this.panel.querySelector(`[data-answer=${name}]`);
  }

  show({ state, answer, why }) {
    const notes = { checking: "checking", slow: "slow", failed: "failed" };
    const note = this.#part("note");
    note.textContent = state in notes ? this.offer.say(notes[state], { why }) : "";
    this.panel.dataset.state = state;
    if (answer) this.#answered(answer);
  }

  #answered(answer) {
    this.#faults(answer.faults);
    if (answer.faults.length) return;
    const { said, members, met } = answer;
    for (const part of ["when", "if", "limit"]) if (this.#part(part)) this.#part(part).textContent = said[part];
    this.#part("then")?.replaceChildren(...said.then.map((words) => el("div", {}, words)));
    this.#part("count").textContent = members.words;
    this.#part("sample").replaceChildren(...members.sample.map(({ name, url }) =>
      el("li", {}, url ? el("a", { href: url, target: "_blank", rel: "noopener" }, name) : name)));
    if (this.#part("met")) this.#part("met").textContent = met;
    this.mark = answer.mark;
  }

  /** Every fault beside the row in which it lies, and in a list that is always there. */
  #faults(faults) {
    for (const slot of this.builder.querySelectorAll(".builder-fault")) slot.hidden = true;
    const lines = faults.map(({ pointer, why }) => {
      const words = this.offer.say("fault", { place: pointer, why });
      const slot = this.#slot(pointer);
      if (slot) slot.hidden = false;
      if (slot) slot.textContent = why;
      return el("li", {}, words);
    });
    this.#part("faults").replaceChildren(...lines);
    this.#part("said").hidden = faults.length > 0;
  }

  #slot(pointer) {
    for (let place = pointer; place; place = place.slice(0, place.lastIndexOf("/"))) {
      const row = this.builder.querySelector(`[data-pointer="${CSS.escape(place)}"]`);
      if (row) return [...row.querySelectorAll(".builder-fault")].find((slot) => slot.closest("[data-pointer]") === row);
    }
    return null;
  }
}
