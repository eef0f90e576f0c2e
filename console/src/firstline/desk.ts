/**
 * The cases open at this desk: one in front, others set aside (a family, a coach). They outlive the page and a reload
 * of it, and are the signed-in officer's alone.
 */

import type { Schemas } from "../api";
import { kept } from "../app/kept";
import { officer } from "../app/session";
import { Store } from "../app/store";
import { t } from "../words";
import { inDialog, type Source } from "./capture";
import { Case, type KeptCase } from "./case";
import { isChosen, station } from "./station";

interface KeptDesk {
  officer: string;
  front: string;
  cases: KeptCase[];
}

/** What the officer types by hand. */
export type Typing = "zone" | "document" | null;

class Desk {
  /** Counts the steps of all cases: what React watches. */
  readonly steps = new Store(0);
  cases: Case[] = [];
  front: Case;
  typing: Typing = null;
  zoneText = "";
  /** While refusing: the code chosen so far, or null; undefined when not refusing. */
  reason: string | null | undefined = undefined;
  notice: string | null = null;
  /** Whether the camera's picture is shown. */
  filming = false;
  #leaving = false;
  #restored = false;

  constructor() {
    this.front = this.#add();
  }

  /** Take up what a reload interrupted; once. */
  restore(): void {
    if (this.#restored) return;
    this.#restored = true;
    const before = kept.cases as KeptDesk | null;
    if (before?.officer !== officer().id || !before.cases.length) return;
    const found = before.cases.map((one) => [one, this.#make(one.key)] as const);
    this.cases = found.map(([, made]) => made);
    this.front = this.cases.find(({ key }) => key === before.front) ?? this.front;
    if (!this.cases.includes(this.front)) this.cases.push(this.front);
    for (const [one, made] of found) made.restore(one);
  }

  /** A document came in. A traveller on record and not decided on is never pushed aside by the next one. */
  take(source: Source): void {
    const hindrance = inDialog() ? t("desk.notTaken") : this.hindrance;
    if (hindrance) return this.tell(hindrance);
    if (this.front.stage === "decided") this.next();
    this.front.read(source);
  }

  /** What the officer typed of a document without a zone. */
  takeTyped(typed: Schemas["DocumentIn"]): void {
    const hindrance = this.hindrance;
    if (hindrance) return this.tell(hindrance);
    this.front.inspectTyped(typed);
  }

  /** Why no document can be taken now; null when one can. */
  get hindrance(): string | null {
    if (!isChosen(station())) return t("desk.chooseStation");
    if (this.front.stage === "inspecting") return t("desk.waitForAnswer");
    if (this.front.undecided) return t("desk.decideFirst");
    return null;
  }

  /** Set the case in front aside and begin another. */
  begin(): void {
    const empty = this.cases.find((one) => one.empty);
    if (empty) empty.group = null;
    this.show(empty ?? this.#add());
  }

  /** Begin the case of one who travels with the traveller in front: both are recorded as of one group. */
  accompany(): void {
    const { front } = this;
    if (front.empty) return this.tell(t("cases.firstThen"));
    const group = front.group ?? crypto.randomUUID();
    if (front.group !== group) front.join(group);
    this.begin();
    this.front.step({ group });
  }

  /** Of how many the group of a case is that is at this desk. */
  together({ group }: Case): number {
    return group ? this.cases.filter((one) => one.group === group).length : 1;
  }

  /** Bring a case to the front. */
  show(one: Case): void {
    this.front = one;
    this.#settle();
    this.#step();
  }

  /** Turn to the case after the one in front, or before it; past the last one a new one begins. */
  aside(by: 1 | -1): void {
    const at = this.cases.indexOf(this.front) + by;
    const next = at < 0 ? this.cases.at(-1) : this.cases[at];
    if (next && next !== this.front) this.show(next);
    else if (!this.front.empty) this.begin();
    else if (this.cases[0]) this.show(this.cases[0]);
  }

  /** Enter, where nothing that can be operated has the focus. Whether it did something. */
  enter(): boolean {
    const { stage, revising } = this.front;
    if (stage !== "decided" || revising) return false;
    this.next();
    return true;
  }

  /** Done with the case in front: the next one that is open, else a new one. */
  next(): void {
    this.front.close();
    const at = this.cases.indexOf(this.front);
    this.cases.splice(at, 1);
    this.front = this.cases[at] ?? this.cases.at(-1) ?? this.#add();
    this.#settle();
    this.#step();
  }

  /** Show the camera's picture, or no longer. */
  film(filming: boolean): void {
    this.filming = filming;
    this.#step();
  }

  type(what: Typing): void {
    this.typing = what;
    this.#step();
  }

  choose(reason: string | null | undefined): void {
    this.reason = reason;
    this.#step();
  }

  tell(notice: string | null): void {
    this.notice = notice;
    this.#step();
  }

  /** Back, one step at a time; only what would leave a traveller undecided asks once more. */
  escape(): void {
    const { front } = this;
    if (this.reason !== undefined) return this.choose(undefined);
    if (this.typing && front.stage !== "inspecting") return this.#stopTyping();
    if (front.revising) return front.step({ revising: false });
    if (!this.#leaving && (front.stage === "judged" || front.stage === "inspecting")) {
      this.#leaving = true;
      return this.tell(t(front.stage === "judged" ? "desk.leaveUndecided" : "desk.leaveUnanswered"));
    }
    this.next();
  }

  #stopTyping(): void {
    this.typing = null;
    if (this.front.typed) this.next();
    else this.#step();
  }

  #add(): Case {
    const made = this.#make();
    this.cases.push(made);
    return made;
  }

  #make(key?: string): Case {
    let stage = "waiting";
    const made: Case = new Case(
      station,
      () => {
        if (made.stage !== stage && made === this.front) this.#settle();
        if (made === this.front && (made.reading?.lines || made.inspection)) {
          this.typing = null;
          this.zoneText = "";
        }
        stage = made.stage;
        this.#step();
      },
      key,
    );
    return made;
  }

  /** What belonged to the step before. */
  #settle(): void {
    this.notice = null;
    this.reason = undefined;
    this.#leaving = false;
  }

  #step(): void {
    const cases = this.cases.map((one) => one.kept).filter((one) => one !== null);
    kept.cases = cases.length ? ({ officer: officer().id, front: this.front.key, cases } satisfies KeptDesk) : null;
    this.steps.value += 1;
  }
}

export const desk = new Desk();
