// The condition on the page: groups as boxes, tests as sentences with controls in them.
import { at, pointer, put } from "builder/pointers";
import * as tree from "builder/conditions";
import { button, el, select, tool, whenChosen } from "builder/dom";

const ROOT = ["conditions"];

export class ConditionsView {
  constructor(offer, controls, act) {
    Object.assign(this, { offer, controls, act });
  }

  /** `act(next, {say, focus, key})` makes a change; `next` null means that there is no room. */
  draw(conditions) {
    this.now = conditions;
    return this.#group(conditions, [], []);
  }

  #change(next, how) {
    this.act(next && { conditions: next }, how);
  }

  #key(path) {
    return pointer([...ROOT, ...path]);
  }

  #group(node, path, item) {
    const joint = tree.jointOf(node);
    const parts = tree.partsOf(node);
    const key = this.#key(path);
    const list = parts.map((part, place) => this.#item(part, [...path, joint, place], place, joint));
    const empty = joint === "all" ? "always" : "never";
    return el("div", { class: "builder-group", role: "group", "aria-label": this.offer.say("group"), "data-pointer": key },
      el("div", { class: "builder-head" }, this.#joint(joint, path, key, parts), item.length ? this.#tools(item) : null),
      el("p", { class: "builder-fault", hidden: true }),
      parts.length ? el("ul", { class: "builder-items" }, list) : el("p", { class: "builder-empty" }, this.offer.say(empty)),
      el("div", { class: "builder-adds" },
        button(this.offer.say("add_test"), `${key}:add-test`, () => this.#add(path, this.#first())),
        button(this.offer.say("add_group"), `${key}:add-group`, () => this.#add(path, { any: [this.#first()] }))));
  }

  #joint(joint, path, key, parts) {
    if (parts.length < 2 && path.length === 0) return null;
    const options = ["all", "any"].map((name) => [name, this.offer.say(name)]);
    return select(options, joint, this.offer.say("join"), `${key}:joint`, (next) =>
      this.#change(tree.join(this.now, path, next)));
  }

  #item(part, item, place, joint) {
    const { node, path } = tree.unwrapped(part, item);
    const nots = (path.length - item.length) > 0 ? el("strong", {}, this.offer.say("not")) : null;
    const before = place > 0 ? el("span", { class: "builder-joint" }, this.offer.say(joint === "all" ? "and" : "or")) : null;
    if (tree.jointOf(node)) return el("li", {}, before, nots, this.#group(node, path, item));
    return el("li", { class: "builder-row", "data-pointer": this.#key(item) },
      before, nots, this.#test(node, path), this.#tools(item), el("p", { class: "builder-fault", hidden: true }));
  }

  #test(test, path) {
    const { offer } = this;
    const key = this.#key(path);
    const field = offer.byName.get(test.field);
    // Read anew each time: somebody may have typed since this was drawn.
    const now = () => at(this.now, path);
    const swap = (next, how) => this.#change(put(this.now, path, next), how);
    const field_select = this.#fields(test.field, key, (name) =>
      swap(offer.test(offer.byName.get(name)), { key: `${key}:field` }));
    if (!field) return el("span", { class: "builder-sentence" }, field_select, el("code", {}, JSON.stringify(test)));
    const operators = offer.operatorsOf(field).map((op) => [op, offer.words[op]]);
    const operator = operators.length > 1 || !operators.some(([op]) => op === test.op)
      ? select(operators, test.op, offer.say("operator"), `${key}:op`, (op) =>
        swap(offer.compared(now(), op), { key: `${key}:op` }))
      : offer.words[test.op];
    return el("span", { class: "builder-sentence" }, field_select,
      test.of ? this.#scope(test, field, key, swap, now) : null, operator, this.#value(test, field, key, swap, now));
  }

  #fields(name, key, pick) {
    const groups = new Map();
    for (const field of this.offer.fields) {
      if (!groups.has(field.heading)) groups.set(field.heading, []);
      groups.get(field.heading).push(field);
    }
    const made = el("select", { class: "builder-control builder-field", "aria-label": this.offer.say("field"), "data-key": `${key}:field` });
    if (!this.offer.byName.has(name)) made.append(el("option", { selected: true, disabled: true, value: "" }, String(name)));
    for (const [heading, fields] of groups)
      made.append(el("optgroup", { label: heading }, fields.map((field) =>
        el("option", { value: field.name, selected: field.name === name }, field.words))));
    return whenChosen(made, () => pick(made.value));
  }

  #scope(test, field, key, swap, now) {
    const { offer } = this;
    const kind = select(offer.scopesOf(field), test.of.kind, offer.say("of_kind"), `${key}:kind`, (next) =>
      swap({ ...now(), of: { ...now().of, kind: next } }));
    const windows = [7, 30, 90, 180, 365, 730].map((days) => [days, String(days)]);
    const days = test.of.days ?? null;
    const known = days === null || windows.some(([each]) => each === days) ? windows : [[days, String(days)], ...windows];
    const options = [[null, offer.say("ever")], ...known.map(([each, words]) => [each, `${offer.say("in_days")} ${words} ${offer.say("days")}`])];
    const window = select(options, days, offer.say("in_days"), `${key}:days`, (next) =>
      swap({ ...now(), of: next === null ? { kind: now().of.kind } : { ...now().of, days: next } }));
    return el("span", { class: "builder-scope" }, kind, window);
  }

  #value(test, field, key, swap, now) {
    const { offer, controls } = this;
    const shape = offer.shapeOf(test.op);
    if (shape === "truth") return null;
    const how = { value: test.value, label: `${field.words}: ${offer.say("value")}`, key: `${key}:value`, list: field.choices, now: () => now().value,
      set: (value, isTyping, focus) => swap({ ...now(), value }, { key: `${key}:value`, isTyping, focus }) };
    if (shape === "many") return controls.many(how);
    return shape === "pair" ? controls.pair(field.type, how) : controls.single(field.type, how);
  }

  #tools(item) {
    const { offer } = this;
    const key = this.#key(item);
    const node = at(this.now, item);
    const isGroup = tree.jointOf(tree.unwrapped(node).node) !== null;
    const what = isGroup ? offer.say("group") : this.#words(node);
    const moved = (step, name) => {
      const found = tree.move(this.now, item, step, offer.most);
      this.#change(found && found.tree, { say: offer.say("moved", { what }), focus: found && `${this.#key(found.path)}:${name}` });
    };
    const named = (name) => `${offer.say(name)}: ${what}`;
    return el("span", { class: "builder-tools" },
      tool("block", named("not" in node ? "affirm" : "negate"), `${key}:not`, () =>
        this.#change(tree.negate(this.now, item, offer.most))),
      tool("arrow_upward", named("up"), `${key}:up`, () => moved(-1, "up")),
      tool("arrow_downward", named("down"), `${key}:down`, () => moved(1, "down")),
      tool("delete", named("remove"), `${key}:remove`, () =>
        this.#change(tree.remove(this.now, item), { say: offer.say("removed", { what }), focus: this.#neighbour(item) })));
  }

  /** Where the focus goes when an item is gone: the row before it, or what adds rows. */
  #neighbour(item) {
    const group = item.slice(0, -2);
    return item.at(-1) > 0 ? `${this.#key([...item.slice(0, -1), item.at(-1) - 1])}:remove` : `${this.#key(group)}:add-test`;
  }

  #words(node) {
    const test = tree.unwrapped(node).node;
    return this.offer.byName.get(test.field)?.words ?? String(test.field);
  }

  #first() {
    return this.offer.test(this.offer.fields[0]);
  }

  #add(path, node) {
    const group = at(this.now, path);
    const added = [...path, tree.jointOf(group), tree.partsOf(group).length];
    const test = tree.jointOf(node) ? [...added, tree.jointOf(node), 0] : added;
    this.#change(tree.add(this.now, path, node, this.offer.most), {
      say: this.offer.say("added", { what: this.offer.say(tree.jointOf(node) ? "group" : "field") }),
      focus: `${this.#key(test)}:field`,
    });
  }
}
