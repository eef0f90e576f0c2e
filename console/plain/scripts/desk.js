/** The desk: a document comes in, the verdict and its reasons come out, the officer decides. Keys do it all. */

import { Capture } from "./capture.js";
import { Case } from "./case.js";
import { decisionBar, REASONS } from "./decision.js";
import { detailsPanel } from "./details.js";
import { h, icon, say } from "./dom.js";
import { problemBox } from "./problem.js";
import { readingPanel } from "./reading.js";
import { may } from "./session.js";
import { stationBar, stationChosen } from "./station.js";
import { language, t } from "./texts.js";
import { typedDocument, typedZone } from "./typed.js";
import { verdictPanel } from "./verdict.js";

const OUTCOMES = { F8: "admitted", F9: "referred" };

export class Desk {
  constructor() {
    this.case = new Case(() => this.changed());
    this.capture = new Capture({ onText: (text) => this.take({ text }), onImage: (image) => this.take({ image }) });
    this.typing = null; // what the officer types by hand: "zone", "document" or null
    this.zoneText = "";
    this.reason = undefined; // while refusing: the code chosen so far, or null
    this.notice = null;
    this.leaving = false;
    this.language = language();
    this.keys = (event) => this.pressed(event);
  }

  /** Parts of the page; each is drawn anew on its own, so that the focus stays where it is. */
  page() {
    this.parts = Object.fromEntries(
      ["station", "paper", "details", "verdict", "decision"].map((name) => [
        name,
        h("div", { class: `part part-${name}` }),
      ]),
    );
    const { station, paper, details, verdict, decision } = this.parts;
    return h(
      "div",
      { class: "desk" },
      h("h1", { class: "unseen" }, t("desk.title")),
      station,
      h("section", { class: "column", "aria-label": t("desk.document") }, paper, details),
      h("section", { class: "column column-verdict", "aria-label": t("desk.verdict") }, verdict, decision),
    );
  }

  shown() {
    if (!this.parts?.station.isConnected) return;
    this.capture.start();
    document.addEventListener("keydown", this.keys);
    this.drawAll();
    if (this.language !== language()) this.case.recall();
    this.language = language();
  }

  leave() {
    this.capture.stop();
    document.removeEventListener("keydown", this.keys);
  }

  async restore() {
    await this.case.restore();
  }

  drawAll() {
    this.drawDetails();
    this.draw("station", "paper", "verdict", "decision");
  }

  /** The details stay as they are while the officer types: drawn anew only for another traveller. */
  drawDetails() {
    if (!this.parts?.details.isConnected) return;
    this.detailsOf = this.case.details;
    this.parts.details.replaceChildren(detailsPanel(this.case, () => this.draw("paper")));
  }

  draw(...names) {
    const views = {
      station: () => [stationBar(() => this.drawAll(), this.case.stage !== "waiting")],
      paper: () => this.paper(),
      verdict: () => [verdictPanel(this.case)],
      decision: () => [
        this.case.inspection && this.trouble(),
        this.notice && h("p", { class: "notice-line", role: "alert" }, icon("notice"), this.notice),
        decisionBar(this),
      ],
    };
    if (!this.parts?.station.isConnected) return;
    for (const name of names) this.parts[name].replaceChildren(...views[name]().filter(Boolean));
  }

  paper() {
    const trouble = !this.case.inspection && this.trouble();
    const back = () => this.escape();
    if (this.typing === "zone") return [typedZone(this.zoneText, (text) => this.takeTyped(text), back), trouble];
    if (this.typing === "document")
      return [typedDocument(this.case.typed ?? {}, (typed) => this.inspectTyped(typed), back), trouble];
    return [readingPanel(this.case, this), trouble];
  }

  trouble() {
    const { problem, stage } = this.case;
    const again = h("button", { type: "button", on: { click: () => this.case.send() } }, t("problem.again"));
    return problem && problemBox(problem, ...(stage === "inspecting" ? [again] : []));
  }

  type(what) {
    this.typing = what;
    this.draw("paper");
    this.parts.paper.querySelector("input, textarea, select, button")?.focus();
  }

  takeTyped(text) {
    this.zoneText = text; // stays in the field should it be refused
    this.take({ text });
  }

  stopTyping() {
    this.type(null);
    if (this.case.typed) this.next();
  }

  inspectTyped(typed) {
    const hindrance = this.hindrance();
    if (hindrance) return this.tell(hindrance);
    this.case.step({ typed });
    this.case.inspect();
  }

  /** A document came in. A traveller on record and not decided on is never pushed aside by the next one. */
  take(source) {
    const hindrance = this.hindrance();
    if (hindrance) return this.tell(hindrance);
    if (this.case.stage === "decided") this.next();
    this.case.read(source);
  }

  hindrance() {
    if (!stationChosen()) return t("desk.chooseStation");
    if (this.case.stage === "inspecting") return t("desk.waitForAnswer");
    if (this.case.stage === "judged") return t("desk.decideFirst");
    return null;
  }

  tell(notice) {
    this.notice = notice;
    this.draw("decision");
  }

  changed() {
    const { stage } = this.case;
    const moved = stage !== this.stage;
    this.stage = stage;
    if (moved) Object.assign(this, { notice: null, leaving: false, reason: undefined });
    if (this.case.reading?.lines || this.case.inspection) Object.assign(this, { typing: null, zoneText: "" });
    if (moved || this.detailsOf !== this.case.details) this.drawDetails();
    this.draw("station", "paper", "verdict", "decision");
    if (moved) this.attend(stage);
  }

  /** Move the focus where the officer's next key belongs, and say aloud what happened. */
  attend(stage) {
    const { parts } = this;
    if (!parts?.station.isConnected) return;
    if (stage === "judged") {
      parts.verdict.querySelector("[data-focus]")?.focus();
      say(t(`verdict.${this.case.inspection.verdict}.said`, { count: this.case.inspection.findings.length }), {
        atOnce: true,
      });
    } else if (stage === "decided") parts.decision.querySelector(".next")?.focus();
    else if (stage === "read") {
      (parts.paper.querySelector(".zone-line.wants-eye input") ?? parts.paper.querySelector("button.primary"))?.focus();
      say(t("reading.said"));
    } else if (stage === "waiting" && !this.case.problem) say(t("desk.ready"));
    if (this.typing) parts.paper.querySelector("input, textarea")?.focus();
  }

  pressed(event) {
    if (
      event.defaultPrevented ||
      event.ctrlKey ||
      event.altKey ||
      event.metaKey ||
      document.querySelector("dialog[open]")
    )
      return;
    const done = () => event.preventDefault();
    if (event.key === "F2") return (done(), this.openDetails());
    if (event.key === "Escape") return (done(), this.escape());
    if (["F8", "F9", "F10"].includes(event.key)) return (done(), this.decisionKey(event.key));
    if (this.reason !== undefined && REASONS.includes(event.key.toUpperCase()))
      return (done(), this.choose(event.key.toUpperCase()));
    if (event.key === "Enter" && !event.target.closest("button, a, select, textarea, summary, input, label"))
      this.enter();
  }

  enter() {
    if (this.reason) this.case.decide("refused", this.reason);
    else if (this.case.stage === "decided" && !this.case.revising) this.next();
  }

  openDetails() {
    const panel = this.parts.details.querySelector("details");
    panel.open = !panel.open;
    if (panel.open) panel.querySelector("input")?.focus();
  }

  get mayDecide() {
    return may("decide") && (this.case.undecided || this.case.revising);
  }

  decisionKey(pressed) {
    if (!this.mayDecide) return;
    if (pressed === "F10") return this.choose(null);
    this.case.decide(OUTCOMES[pressed]);
  }

  /** Refusing: `reason` is the code chosen, or null while there is none. */
  choose(reason) {
    this.reason = reason;
    this.draw("decision");
    this.parts.decision.querySelector(reason ? ".confirm" : ".reason input")?.focus();
  }

  stopRefusing() {
    this.reason = undefined;
    this.draw("decision");
    this.parts.verdict.querySelector("[data-focus]")?.focus();
  }

  revise(revising) {
    this.case.step({ revising });
  }

  /** Back, one step at a time; only what would leave a traveller undecided asks once more. */
  escape() {
    if (this.reason !== undefined) return this.stopRefusing();
    if (this.typing && this.case.stage !== "inspecting") return this.stopTyping();
    if (this.case.revising) return this.revise(false);
    const { stage } = this.case;
    if ((stage === "judged" || stage === "inspecting") && !this.leaving) {
      this.leaving = true;
      return this.tell(t(stage === "judged" ? "desk.leaveUndecided" : "desk.leaveUnanswered"));
    }
    this.next();
  }

  next() {
    Object.assign(this, { typing: null, zoneText: "" });
    this.case.next();
  }
}
