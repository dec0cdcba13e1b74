// One control for each type of value. What does not fit is said beside it and never reaches the rule.
import { button, el, fresh, later, option, select, tool } from "builder/dom";
import { GAP } from "builder/offer";

const READ = {
  text: (text, most = 200) => (text.trim() && text.trim().length <= most ? text.trim() : undefined),
  whole: (text, most = 1e9) =>
    /^\d{1,10}$/.test(text) && +text > 0 && +text <= most ? +text : undefined,
  wholes: (text, most) => {
    const read = text.split(/[\s,]+/).filter(Boolean).map((each) => READ.whole(each, most));
    return read.length && read.length <= 50 && !read.includes(undefined) ? read : undefined;
  },
  name: (text, most) => (/^[a-z][a-z0-9_-]*$/.test(text) && text.length <= most ? text : undefined),
  number: (text) =>
    /^-?\d{1,15}$/.test(text) ? +text : /^-?\d{1,12}\.\d{1,6}$/.test(text) ? text : undefined,
  factor: (text, most = 100) =>
    /^\d{1,3}(\.\d{1,4})?$/.test(text) && +text > 1 && +text <= most ? text : undefined,
  money: (text) => (/^\d{1,12}(\.\d{1,2})?$/.test(text) ? text : undefined),
  price: (text) => (/^\d{1,12}(\.\d{1,2})?$/.test(text) && +text > 0 ? text : undefined),
  date: (text) => (/^(19|20|21)\d{2}-\d{2}-\d{2}$/.test(text) ? text : undefined),
};
const WIDTHS = { text: 16, name: 12, wholes: 10, whole: 6, number: 6, factor: 4, money: 8, price: 6 };

const shown = (value) => (Array.isArray(value) ? value.join(", ") : value);

/** `{value, label, key, set, list, most}`; `set(value, isTyping)` is told every value that fits. */
export class Controls {
  constructor(offer) {
    this.offer = offer;
  }

  typed(type, { value, label, key, set, list, most, fits = () => true }) {
    const hint = el("span", { class: "builder-hint", id: fresh("hint"), role: "alert" });
    const input = el("input", {
      type: type === "date" ? "date" : "text", class: "builder-control", "aria-label": label,
      "data-key": key, value: shown(value), autocomplete: "off", size: WIDTHS[type], "aria-describedby": hint.id,
      inputmode: { whole: "numeric", factor: "decimal", money: "decimal", price: "decimal" }[type],
    });
    const read = () => READ[type](input.value, most);
    const mark = (words) => {
      input.setAttribute("aria-invalid", words ? "true" : "false");
      hint.textContent = words;
    };
    const missing = (text) => text === "" || text === GAP;
    if (missing(value)) mark(this.offer.say("fill_in"));
    let kept = value;
    input.addEventListener("input", () => {
      const next = read();
      const isFine = next !== undefined && fits(next);
      mark(isFine ? "" : this.offer.say("keeps", { value: kept === "" ? GAP : shown(kept) }));
      if (isFine) set((kept = next), true);
    });
    // Not on "change": a date is none for a moment while its parts are typed.
    input.addEventListener("blur", () => {
      if (!input.isConnected) return; // drawn anew
      const next = read();
      if (next === undefined) input.value = shown(kept);
      else if (!fits(next)) later(() => set(next, false));
      mark(missing(kept) ? this.offer.say("fill_in") : "");
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
      const next = event.key === "Tab" ? read() : undefined;
      if (next !== undefined && !fits(next)) set(next, false);
    });
    return el("span", { class: "builder-typed" }, input, this.#suggest(input, list), hint);
  }

  #suggest(input, list) {
    if (!list?.values.length) return null;
    const id = fresh("values");
    input.setAttribute("list", id);
    return el("datalist", { id }, list.values.map(([value]) => option(value, "", null)));
  }

  chosen({ value, label, key, set, list }) {
    const known = list.values.some(([known]) => known === value);
    const options = known ? list.values : [[value, String(value)], ...list.values];
    return select(options, value, label, key, (next) => set(next, false));
  }

  /** One value of a field or an input. */
  single(type, how) {
    const { list } = how;
    if (list && !list.open && list.values.length) return this.chosen(how);
    if (type === "flag") {
      const say = (name) => this.offer.say(name);
      return this.chosen({ ...how, list: { values: [[true, say("yes")], [false, say("no")]] } });
    }
    return this.typed(type === "texts" ? "text" : type, how);
  }

  pair(type, { value, set, key, label, list, now }) {
    const [from, to] = value;
    const say = (name) => `${label}: ${this.offer.say(name)}`;
    const after = (low, high) => (Number.isNaN(+low) ? low > high : +low > +high);
    const one = (side, value, make, fits) =>
      this.single(type, { value, label: say(side), key: `${key}:${side}`, list, fits,
        set: (next, isTyping) => set(make(next), isTyping) });
    return el(
      "span", { class: "builder-pair" },
      one("from", from, (next) => [next, after(next, now()[1]) ? next : now()[1]],
        (next) => !after(next, now()[1])),
      this.offer.say("and"),
      one("to", to, (next) => [after(now()[0], next) ? next : now()[0], next],
        (next) => !after(now()[0], next)),
    );
  }

  /** Several values as chips, with a control that adds one more. */
  many({ value, label, key, set, list, adding = this.offer.say("add_value") }) {
    const { offer } = this;
    const values = value.filter((each) => each !== "");
    const isLast = values.length <= 1;
    const chips = values.map((each, place) => {
      const words = offer.labelOf(list, each);
      return el("li", { class: "builder-chip" }, words,
        tool("close", isLast ? offer.say("last_one") : offer.say("remove_value", { value: words }),
          `${key}:chip${place}`, () => set(values.filter((other) => other !== each), false, `${key}:new`), isLast));
    });
    const left = (list?.values ?? []).filter(([known]) => !values.includes(known));
    const isClosed = list && !list.open && list.values.length > 0;
    const add = (next) => {
      if (next !== undefined && !values.includes(next) && values.length < offer.most.values)
        set([...values, next], false, `${key}:new`);
    };
    return el("span", { class: "builder-many" },
      el("ul", { "aria-label": label }, chips),
      isClosed ? this.#addChosen(left, key, label, add, adding) : this.#addTyped(left, key, label, add, values, adding));
  }

  #addChosen(left, key, label, add, adding) {
    if (left.length === 0) return null;
    const control = select(left, left[0][0], `${label}: ${adding}`, `${key}:new`, () => {});
    return el("span", { class: "builder-add" }, control,
      button(adding, `${key}:add`, () => add(left[control.selectedIndex][0])));
  }

  #addTyped(left, key, label, add, values, adding) {
    const words = `${label}: ${adding}`;
    const input = el("input", { type: "text", class: "builder-control", size: 12, "aria-label": words,
      "data-key": `${key}:new`, autocomplete: "off", "aria-invalid": values.length ? null : "true" });
    const enter = () => add(READ.text(input.value));
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      enter();
    });
    return el("span", { class: "builder-add" }, input,
      this.#suggest(input, { values: left }),
      button(adding, `${key}:add`, enter),
      values.length ? null : el("span", { class: "builder-hint" }, this.offer.say("fill_in")));
  }
}
