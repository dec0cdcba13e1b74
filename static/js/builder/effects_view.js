// What is given: one card for each effect, its phrase with controls in it.
import * as effects from "builder/effects";
import { button, el, select, tool } from "builder/dom";

export class EffectsView {
  constructor(offer, controls, act) {
    Object.assign(this, { offer, controls, act });
  }

  draw(list) {
    this.now = list;
    return el("div", {},
      el("ul", { class: "builder-items" }, list.map((effect, place) => this.#card(effect, place))),
      this.#adding());
  }

  #swap(place, effect, how = {}) {
    this.act({ effects: this.now.map((each, index) => (index === place ? effect : each)) }, how);
  }

  #card(effect, place) {
    const { offer } = this;
    const kind = effects.described(offer.effects, effect);
    const key = `/effects/${place}`;
    const before = place > 0 ? el("span", { class: "builder-joint" }, offer.say("and")) : null;
    return el("li", { class: "builder-row", "data-pointer": key }, before,
      kind ? this.#sentence(effect, kind, place, key) : el("span", { class: "builder-sentence" }, el("code", {}, JSON.stringify(effect)), offer.say("unknown")),
      this.#tools(effect, kind, place, key),
      kind ? this.#extras(effect, kind, place, key) : null,
      el("p", { class: "builder-fault", hidden: true }));
  }

  #sentence(effect, kind, place, key) {
    const phrases = [this.#phrase(kind.says, kind.inputs, effect, place, key)];
    for (const part of effects.partsOf(effect, kind))
      phrases.push(this.#phrase(part.says, part.inputs, effect, place, key),
        tool("close", `${this.offer.say("remove")}: ${part.label}`, `${key}:${part.name}:remove`, () =>
          this.#swap(place, effects.without(this.now[place], part), { focus: `${key}:extra` })));
    const rest = effects.rest(effect, kind);
    if (Object.keys(rest).length) phrases.push(el("code", {}, JSON.stringify(rest)));
    return el("span", { class: "builder-sentence" }, phrases);
  }

  /** A phrase with a control in the place of every {input}. */
  #phrase(says, inputs, effect, place, key) {
    return says.split(/(\{[^}]+\})/).filter(Boolean).map((piece) => {
      const input = inputs.find(({ name }) => piece === `{${name}}`);
      return input ? this.#control(input, effect, place, key) : el("span", {}, piece.trim());
    });
  }

  #control(input, effect, place, key) {
    if (input.type === "fixed") return el("span", {}, input.label);
    const value = effects.valueOf(effect, input);
    const how = { value: value ?? "", label: String(input.label), key: `${key}/${input.name}`, list: this.offer.lists[input.choices], most: input.most,
      set: (next, isTyping, focus) => this.#swap(place, effects.set(this.now[place], input, next), { key: `${key}/${input.name}`, isTyping, focus }) };
    if (input.type === "texts") return this.controls.many(how);
    if (input.type === "choice") return this.controls.chosen(how);
    return this.controls.typed(input.type === "money" ? "price" : input.type, how);
  }

  #extras(effect, kind, place, key) {
    const had = effects.partsOf(effect, kind);
    const open = kind.parts.filter((part) => !had.includes(part) && effects.canHave(part, this.offer));
    if (open.length === 0) return null;
    const chosen = select(open.map((part) => [part.name, part.label]), open[0].name, this.offer.say("extra"), `${key}:extra`, () => {});
    const add = () => {
      const part = open[chosen.selectedIndex];
      const focus = `${key}/${part.inputs[0].name}`;
      this.#swap(place, effects.withPart(this.now[place], part, kind, this.offer), { say: this.offer.say("added", { what: part.label }), focus: part.inputs[0].type === "texts" ? `${focus}:new` : focus });
    };
    return el("span", { class: "builder-add" }, chosen, button(this.offer.say("extra"), `${key}:extra-add`, add));
  }

  #tools(effect, kind, place, key) {
    const { offer, now: list } = this;
    const what = kind?.title ?? effect.kind ?? "";
    const moved = (step, name) => {
      const order = [...this.now];
      [order[place], order[place + step]] = [order[place + step], order[place]];
      this.act(place + step in this.now ? { effects: order } : null, { say: offer.say("moved", { what }), focus: `/effects/${place + step}:${name}` });
    };
    const isLast = list.length === 1;
    const named = (name) => `${offer.say(name)}: ${what}`;
    return el("span", { class: "builder-tools" },
      tool("arrow_upward", named("up"), `${key}:up`, () => moved(-1, "up")),
      tool("arrow_downward", named("down"), `${key}:down`, () => moved(1, "down")),
      tool("delete", isLast ? offer.say("last_one") : named("remove"), `${key}:remove`, () =>
        this.act({ effects: this.now.filter((_, index) => index !== place) }, { say: offer.say("removed", { what }), focus: `/effects/${Math.max(0, place - 1)}:remove` }), isLast));
  }

  #adding() {
    const { offer } = this;
    const kinds = offer.effects.map((kind) => {
      const isPossible = effects.possible(kind, offer);
      return [kind.name, isPossible ? kind.title : offer.say("missing_choice", { what: kind.title }), { disabled: !isPossible }];
    });
    const chosen = select(kinds, kinds[0][0], offer.say("effect"), "effects:kind", () => {});
    const add = () => {
      const kind = offer.effects[chosen.selectedIndex];
      const isRoom = this.now.length < effects.MOST && effects.possible(kind, offer);
      this.act(isRoom ? { effects: [...this.now, effects.start(kind, offer)] } : null,
        { say: offer.say("added", { what: kind.title }), focus: `/effects/${this.now.length}/${kind.inputs[0].name}` });
    };
    return el("div", { class: "builder-adds" }, chosen, button(offer.say("add_effect"), "effects:add", add));
  }
}
