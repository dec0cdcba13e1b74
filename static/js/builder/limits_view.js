// At most: how often and how much for one member, in a window.
import { button, el, select, tool } from "builder/dom";
import { limited } from "builder/rule";

export class LimitsView {
  constructor(offer, controls, act) {
    Object.assign(this, { offer, controls, act });
  }

  draw(limit) {
    this.now = limit;
    const { offer } = this;
    const missing = ["times", "units"].filter((name) => !limit?.[name]);
    const adds = missing.map((name) =>
      button(offer.say(name === "times" ? "add_times" : "add_points"), `/limit:add-${name}`, () =>
        this.act({ limit: limited(this.now, name, name === "times" ? 1 : 500) }, { focus: `/limit/${name}` })));
    return el("div", { class: "builder-row", "data-pointer": "/limit" },
      limit ? this.#sentence(limit) : el("p", { class: "builder-empty" }, offer.say("no_limit")),
      el("p", { class: "builder-fault", hidden: true }),
      el("span", { class: "builder-adds" }, adds));
  }

  #sentence(limit) {
    const { offer } = this;
    const parts = ["times", "units"].filter((name) => limit[name]).flatMap((name, place) => [
      place ? offer.say("and") : null,
      this.#number(limit, name),
    ]);
    const window = select(offer.windows, limit.per, offer.say("window"), "/limit/per", (per) =>
      this.act({ limit: { ...this.now, per } }));
    return el("span", { class: "builder-sentence" }, parts, window);
  }

  #number(limit, name) {
    const { offer } = this;
    const words = name === "times" ? "times" : "points";
    const key = `/limit/${name}`;
    return el("span", { class: "builder-pair" },
      this.controls.typed("whole", { value: limit[name], label: offer.say(`${words}_label`), key,
        set: (value, isTyping) => this.act({ limit: { ...this.now, [name]: value } }, { key, isTyping }) }),
      offer.say(words),
      tool("close", `${offer.say("remove")}: ${offer.say(`${words}_label`)}`, `${key}:remove`, () =>
        this.act({ limit: limited(this.now, name, null) }, { say: offer.say("removed", { what: offer.say(words) }), focus: `/limit:add-${name}` })));
  }
}
