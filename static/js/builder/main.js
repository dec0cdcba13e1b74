// The builder: the form of a rule or a segment as sentences. Without it the form still works, in JSON.
import { AnswerView } from "builder/answer_view";
import { Asking } from "builder/asking";
import { ConditionsView } from "builder/conditions_view";
import { Controls } from "builder/controls";
import { EffectsView } from "builder/effects_view";
import { flush } from "builder/dom";
import { Expert } from "builder/expert";
import { LimitsView } from "builder/limits_view";
import { Offer } from "builder/offer";
import { begin, gaps, shown } from "builder/rule";
import { Panel } from "builder/panel";
import { Timeline } from "builder/timeline";
import { TriggersView } from "builder/triggers_view";
import { pointer } from "builder/pointers";

const VIEWS = { triggers: TriggersView, conditions: ConditionsView, effects: EffectsView, limit: LimitsView };

class Builder {
  constructor(root) {
    this.root = root;
    this.form = root.querySelector("form[data-builder-form]");
    this.offer = new Offer(JSON.parse(document.querySelector("#builder-offer").textContent));
    this.expert = new Expert(this.form, this.offer);
    this.answers = new AnswerView(root.querySelector("[data-answers]"), root, this.offer);
    const token = this.form.elements.csrfmiddlewaretoken.value;
    this.asking = new Asking(root.dataset.check, token, this.offer, (said) => this.hear(said));
    const act = (part, how) => this.act(part, how);
    this.views = new Map([...root.querySelectorAll("[data-part]")].map((slot) =>
      [slot, new VIEWS[slot.dataset.part](this.offer, new Controls(this.offer), act)]));
    this.listen();
    this.start();
  }

  get rule() {
    return this.timeline.now;
  }

  start() {
    this.timeline = new Timeline(shown(begin(this.offer)));
    if (!this.expert.isEmpty) {
      try {
        this.timeline = new Timeline(shown(this.expert.showable()));
      } catch (fault) {
        return this.showExpert(fault);
      }
    }
    this.showSentences();
  }

  listen() {
    const on = (name, act) => this.root.querySelector(`[data-do=${name}]`)?.addEventListener("click", act);
    on("undo", () => this.travel("undo"));
    on("redo", () => this.travel("redo"));
    on("expert", () => this.showExpert());
    on("sentences", () => this.leaveExpert());
    this.root.addEventListener("keydown", (event) => this.shortcut(event));
    this.form.addEventListener("input", () => this.root.dataset.mode === "expert" && this.askExpert());
    this.form.addEventListener("submit", (event) => this.save(event));
    window.addEventListener("beforeunload", (event) => this.isDirty && event.preventDefault());
    const panel = (name, how) => {
      const found = this.root.querySelector(`[data-${name}]`);
      if (found) new Panel(found, () => this.sent(), how);
    };
    panel("trial", { again: ["chosen", "member_word"] });
    // To be counted the rule is saved, as it would be by its own button.
    panel("backtest", { done: (isFine) => isFine && (this.isDirty = false) });
  }

  /** A change of one part, said aloud, with the focus where the next thing is likely to be done. */
  act(part, { say = "", focus = null, key = null, isTyping = false } = {}) {
    flush();
    if (!part) return this.announce(this.offer.say("no_room"));
    this.timeline.change({ ...this.rule, ...part }, key);
    this.changed();
    if (!isTyping) this.draw(focus);
    else this.follow();
    if (say) this.announce(say);
  }

  changed() {
    this.isDirty = true;
    this.expert.write(this.rule);
    this.asking.soon(this.rule);
  }

  travel(way) {
    flush();
    const isDone = this.timeline[way]();
    this.announce(this.offer.say(isDone ? { undo: "undone", redo: "redone" }[way] : `nothing_to_${way}`));
    if (!isDone) return;
    this.changed();
    this.draw();
  }

  shortcut(event) {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    if (this.root.dataset.mode === "expert" || !event.target.closest("[data-part], [data-tools]")) return;
    event.preventDefault();
    this.travel(event.shiftKey ? "redo" : "undo");
  }

  /** Draw every part anew and give the focus back. */
  draw(focus = null) {
    const active = document.activeElement?.dataset.key;
    for (const [slot, view] of this.views) slot.replaceChildren(view.draw(this.rule[slot.dataset.part]));
    this.follow();
    const wanted = focus ?? active;
    if (wanted) this.find(wanted)?.focus();
  }

  /** While somebody types, what stands elsewhere has to know the newest rule. */
  follow() {
    for (const [slot, view] of this.views) view.now = this.rule[slot.dataset.part];
  }

  find(key) {
    return this.root.querySelector(`[data-key="${CSS.escape(key)}"]`);
  }

  announce(words) {
    this.root.querySelector("[data-announce]").textContent = words;
  }

  hear(said) {
    this.answers.show(said);
    const looked = this.form.querySelector("[data-looked-at]");
    if (!looked) return;
    looked.hidden = false;
    looked.value = said.answer?.mark ?? "";
    looked.setAttribute("aria-disabled", String(looked.value === ""));
  }

  showSentences() {
    this.root.dataset.mode = "sentences";
    this.draw();
    this.expert.write(this.rule);
    this.asking.now(this.rule);
  }

  showExpert(fault = null) {
    flush();
    this.root.dataset.mode = "expert";
    this.root.querySelector("[data-expert-fault]").textContent = fault?.message ?? "";
    this.form.elements[fault?.name ?? "conditions"]?.focus?.();
  }

  leaveExpert() {
    try {
      const rule = shown(this.expert.showable());
      if (JSON.stringify(rule) !== JSON.stringify(this.rule)) {
        this.timeline.change(rule);
        this.isDirty = true;
      }
      this.showSentences();
      this.root.querySelector("[data-do=expert]").focus();
    } catch (fault) {
      this.showExpert(fault);
    }
  }

  askExpert() {
    this.isDirty = true;
    const note = this.root.querySelector("[data-expert-fault]");
    try {
      this.asking.soon(this.expert.read());
      note.textContent = "";
    } catch (fault) {
      note.textContent = fault.message;
    }
  }

  sent() {
    return this.root.dataset.mode === "expert" ? this.expert.read() : this.rule;
  }

  save(event) {
    flush();
    const [gap] = this.root.dataset.mode === "expert" ? [] : gaps(this.rule);
    if (gap) {
      event.preventDefault();
      this.announce(this.offer.say("fill_in"));
      const key = pointer(gap);
      (this.find(`${key}:new`) ?? this.find(`${key}:from`) ?? this.find(key))?.focus();
      return;
    }
    // Of a segment only what was looked at is saved.
    if (this.form.querySelector("[data-looked-at][value='']")) {
      event.preventDefault();
      return this.announce(this.offer.say("checking"));
    }
    this.isDirty = false;
  }
}

const root = document.querySelector("[data-builder]");
if (root) root.builder = new Builder(root);
