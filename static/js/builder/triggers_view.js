// When: the activities that set the rule off, as chips.
import { el } from "builder/dom";

export class TriggersView {
  constructor(offer, controls, act) {
    Object.assign(this, { offer, controls, act });
  }

  draw(triggers) {
    const { offer } = this;
    const list = { values: offer.triggers, open: false };
    return el("div", { class: "builder-row", "data-pointer": "/triggers" },
      this.controls.many({ value: triggers, label: offer.say("trigger"), key: "/triggers", list, adding: offer.say("add_trigger"),
        set: (next, _isTyping, focus) => this.act({ triggers: next }, { focus }) }),
      el("p", { class: "builder-fault", hidden: true }));
  }
}
