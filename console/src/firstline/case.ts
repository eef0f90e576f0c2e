/**
 * One traveller at the desk, from the document to the officer's decision.
 *
 * What is sent to be recorded keeps its id until the service has answered: sent again after a lost answer it is the
 * same movement or decision, never a second one. A case can be put into words (`kept`) and taken up again after a
 * reload.
 */

import { answered, api, now, Problem, type Schemas } from "../api";
import { uuid7 } from "../api/uuid";
import { t } from "../words";
import type { Source } from "./capture";
import { type Details, furtherFields, NO_DETAILS } from "./further";
import type { Station } from "./station";

export type Reading = Schemas["ReadingOut"];
export type Inspection = Schemas["InspectionOut"];
export type Outcome = Schemas["Outcome"];
type Request = Schemas["InspectionIn"];
type DecisionRequest = Schemas["DecisionIn"];
type TypedDocument = Schemas["DocumentIn"];

/** waiting (for a document), reading, read (awaits the officer), inspecting, judged, decided. */
export type Stage = "waiting" | "reading" | "read" | "inspecting" | "judged" | "decided";

/** What survives a reload. */
export interface KeptCase {
  key: string;
  reading: Reading | null;
  lines: string[];
  details: Details;
  group: string | null;
  recordedGroup: string | null;
  request: Request | null;
  inspected: string | null;
  decision: DecisionRequest | null;
}

const BETWEEN_TRIES = 3000; // ms

export class Case {
  readonly key: string;
  stage: Stage = "waiting";
  reading: Reading | null = null;
  /** The lines as they stand, corrected or not. */
  lines: string[] = [];
  /** The last check of corrected lines. */
  checked: Reading | null = null;
  typed: TypedDocument | null = null;
  details: Details = NO_DETAILS;
  detailsOpen = false;
  /** The group that the traveller crosses with, a family say: its id, which the desk makes. */
  group: string | null = null;
  problem: Problem | null = null;
  inspection: Inspection | null = null;
  deciding = false;
  revising = false;
  /** How long the officer waited for the verdict, in ms: from the document to the answer. */
  took: number | null = null;

  #request: Request | null = null;
  #decision: DecisionRequest | null = null;
  #source: Source | null = null;
  /** The group as it is on record; it may have been told after the movement was. */
  #recordedGroup: string | null = null;
  #inspected: string | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #latest: symbol | null = null;
  #began = 0;
  readonly #station: () => Station;
  readonly #changed: () => void;

  /** `changed` is called after every step; `station` tells where the desk stands. */
  constructor(station: () => Station, changed: () => void, key: string = crypto.randomUUID()) {
    this.key = key;
    this.#station = station;
    this.#changed = changed;
  }

  get decisions(): Inspection["decisions"] {
    return this.inspection?.decisions ?? [];
  }

  /** The traveller is on record, and no decision is. */
  get undecided(): boolean {
    return this.stage === "judged" && !this.decisions.length;
  }

  /** Whether nothing is known of a traveller yet. */
  get empty(): boolean {
    return this.stage === "waiting" && !this.reading;
  }

  /** Whether the officer changed the lines that were read. */
  get corrected(): boolean {
    return this.lines.join("\n") !== (this.reading?.lines ?? []).join("\n");
  }

  /** What is known of the zone as it stands: the last check of corrected lines, else the reading. */
  get known(): Reading | null {
    return this.checked ?? this.reading;
  }

  /** Whether the lines as they stand were checked, be it by the reader. */
  get isChecked(): boolean {
    return (this.known?.lines ?? []).join("\n") === this.lines.join("\n");
  }

  /** Change a part of it and tell. */
  step(part: Partial<Case>): void {
    Object.assign(this, part);
    this.#changed();
  }

  /** Read a document, and inspect at once what needs no eye. The latest wins. */
  async read(source: Source): Promise<void> {
    this.#latest = Symbol("latest");
    const mine = this.#latest;
    this.#source = source;
    this.#began = performance.now();
    this.step({ stage: "reading", problem: null, typed: null });
    await this.#attempt(
      () => this.#readOnce(source),
      (reading) => this.#latest === mine && this.#take(reading),
      (problem) => this.#latest === mine && this.step({ stage: this.reading ? "read" : "waiting", problem }),
    );
  }

  /** Read the same document once more, after an answer that did not come. */
  again(): void {
    if (this.#decision) this.#sendDecision();
    else if (this.#request) this.#send();
    else if (this.#inspected) this.recall();
    else if (this.#source) this.read(this.#source);
  }

  /** Check the corrected lines; inspect if nothing is left against them. */
  async check(): Promise<void> {
    this.step({ problem: null });
    await this.#attempt(
      () => this.#ask({ text: this.lines.join("\n") }),
      (checked) => {
        this.step({ checked, lines: [...(checked.lines ?? this.lines)] });
        if (checked.accepted && !this.detailsOpen) this.inspect();
      },
      (problem) => this.step({ problem }),
    );
  }

  /** Record the movement and hear the verdict. */
  async inspect(): Promise<void> {
    this.#request ??= this.#compose();
    await this.#send();
  }

  /** Record what the officer typed of a document without a zone. */
  async inspectTyped(typed: TypedDocument): Promise<void> {
    this.#began = performance.now();
    this.typed = typed;
    await this.inspect();
  }

  /** Record the officer's decision, or a change of it. */
  async decide(outcome: Outcome, reason_code: string | null = null): Promise<void> {
    if (this.deciding || !this.inspection) return;
    const asked = { outcome, reason_code, supersedes: this.decisions.at(-1)?.id ?? null };
    const before = this.#decision;
    const same = before && (Object.keys(asked) as (keyof typeof asked)[]).every((name) => asked[name] === before[name]);
    if (!same) this.#decision = { id: uuid7(now().getTime()), ...asked };
    await this.#sendDecision();
  }

  /** Leave nothing running. */
  close(): void {
    clearTimeout(this.#retry);
    this.#latest = null;
  }

  /** As it is kept over a reload; null when nothing would be lost. */
  get kept(): KeptCase | null {
    if (this.empty && !this.#request) return null;
    const { key, reading, lines, details, group } = this;
    const open = this.stage !== "decided";
    const shown = this.#request || this.#inspected ? null : reading;
    return {
      key,
      reading: shown,
      lines,
      details,
      group,
      recordedGroup: this.#recordedGroup,
      request: this.#request,
      inspected: this.#inspected,
      decision: open ? this.#decision : null,
    };
  }

  /** Take up what a reload or a crash interrupted. */
  async restore(kept: KeptCase): Promise<void> {
    const { reading, lines, details, group, request, inspected } = kept;
    this.#recordedGroup = kept.recordedGroup;
    this.#request = request;
    this.#inspected = inspected;
    this.#decision = kept.decision;
    // What is on record is not in view yet: until it is, no other document may come in between.
    this.step({ reading, lines, details, group, stage: inspected ? "inspecting" : reading ? "read" : this.stage });
    if (request) await this.#send();
    else if (inspected) await this.recall();
    await this.#recordGroup();
  }

  /** The traveller belongs to a group; where the movement is recorded already, the group is supplied to it. */
  async join(group: string): Promise<void> {
    this.step({ group });
    await this.#recordGroup();
  }

  async #recordGroup(): Promise<void> {
    const { group } = this;
    const id = this.#inspected;
    if (!(id && group) || group === this.#recordedGroup) return;
    const body = { id: uuid7(now().getTime()), changes: { group_id: group }, evidence: t("cases.seenTogether") };
    await this.#attempt(
      () => answered(api.POST("/v1/inspections/{id}/supplement", { params: { path: { id } }, body })),
      () => {
        this.#recordedGroup = group;
        this.problem = null;
        return this.recall();
      },
      (problem) => {
        this.#soon(problem, () => this.#recordGroup());
        this.step({ problem });
      },
    );
  }

  /** The recorded inspection as it stands now, in the language in force. */
  async recall(): Promise<void> {
    const id = this.#inspected;
    if (!id) return;
    const path = { path: { id } };
    await this.#attempt(
      () => answered(api.GET("/v1/inspections/{id}", { params: path })),
      (inspection) => this.#show(inspection),
      (problem) => {
        this.#soon(problem, () => {
          this.problem = null;
          return this.recall();
        });
        this.step({ problem });
      },
    );
  }

  /** Of several pictures the best is read alone, which is quicker; all of them together only where that leaves doubt. */
  async #readOnce(source: Source): Promise<Reading> {
    if (!("images" in source) || source.images.length < 2) return this.#ask(source);
    const first = await this.#ask({ images: source.images.slice(0, 1) });
    if (first.accepted) return first;
    const together = await this.#ask(source);
    return together.lines || !first.lines ? together : first;
  }

  #ask(source: Source): Promise<Reading> {
    const { crossing_point } = this.#station();
    let body: unknown = "text" in source ? { mrz: source.text, crossing_point } : null;
    if ("images" in source) {
      const form = new FormData();
      for (const image of source.images) form.append("image", image);
      form.append("crossing_point", crossing_point ?? "");
      body = form;
    }
    return answered(api.POST("/v1/mrz", { body: body as { mrz: string } })) as Promise<unknown> as Promise<Reading>;
  }

  #take(reading: Reading): void {
    const before = this.reading?.fields?.document_number;
    if (before && before !== reading.fields?.document_number) this.details = NO_DETAILS;
    this.step({ stage: "read", reading, lines: [...(reading.lines ?? [])], checked: null });
    if (reading.accepted && !this.detailsOpen) this.inspect();
  }

  #compose(): Request {
    const { crossing_point, direction } = this.#station();
    if (!(crossing_point && direction)) throw new Error("the desk stands nowhere yet");
    const more = furtherFields(this.details);
    const at = now();
    return {
      id: uuid7(at.getTime()),
      crossing_point,
      direction,
      occurred_at: at.toISOString(),
      ...(this.group ? { group_id: this.group } : {}),
      ...this.#presented(),
      ...more,
    } as Request;
  }

  /** What the document said: as typed by the officer, as corrected or confirmed, or as read. */
  #presented(): Partial<Request> {
    if (this.typed) return { document: this.typed };
    const reading_id = this.reading?.id ?? null;
    return this.reading?.accepted && !this.corrected ? { reading_id } : { reading_id, mrz: this.lines.join("\n") };
  }

  async #send(): Promise<void> {
    clearTimeout(this.#retry);
    const body = this.#request;
    if (!body) return;
    this.step({ stage: "inspecting", problem: null });
    await this.#attempt(
      () => answered(api.POST("/v1/inspections", { body })),
      (inspection) => this.#judged(inspection as Inspection),
      (problem) => this.#failed(problem),
    );
  }

  #judged(inspection: Inspection): void {
    this.#inspected = inspection.id;
    this.#recordedGroup = this.#request?.group_id ?? null;
    this.#request = null;
    this.took = this.#began ? performance.now() - this.#began : null;
    this.#show(inspection);
    this.#recordGroup();
  }

  /** What is on record comes into view; a decision that a reload interrupted goes on, however late that is. */
  async #show(inspection: Inspection): Promise<void> {
    this.step({ stage: inspection.decisions.length ? "decided" : "judged", inspection });
    if (this.#decision && this.undecided && !this.deciding) await this.#sendDecision();
  }

  #failed(problem: Problem): void {
    if (problem.unsettled) {
      this.#soon(problem, () => this.#send());
      return this.step({ problem });
    }
    this.#request = null; // refused: nothing was recorded, and what is sent next is something else
    this.step({ stage: this.reading || this.typed ? "read" : "waiting", problem });
  }

  async #sendDecision(): Promise<void> {
    clearTimeout(this.#retry);
    const [inspection, body] = [this.inspection, this.#decision];
    if (!(inspection && body)) return;
    this.step({ deciding: true, problem: null });
    await this.#attempt(
      () => answered(api.POST("/v1/inspections/{id}/decision", { params: { path: { id: inspection.id } }, body })),
      (decision) => this.#decided(inspection, decision),
      (problem) => this.#undecided(problem),
    );
  }

  #decided(inspection: Inspection, decision: Schemas["DecisionOut"]): void {
    this.#decision = null;
    const decisions = [...inspection.decisions.filter(({ id }) => id !== decision.id), decision];
    this.step({ stage: "decided", inspection: { ...inspection, decisions }, deciding: false, revising: false });
  }

  #undecided(problem: Problem): void {
    if (problem.unsettled) this.#soon(problem, () => this.#sendDecision());
    else this.#decision = null;
    this.step({ deciding: problem.unsettled, problem });
    // Another officer was quicker: show what stands, and leave it to this one whether to change it.
    if (problem.kind === "decision-conflict") this.recall();
  }

  /** Where the service was not there, the very same is asked again by itself. */
  #soon(problem: Problem, again: () => void): void {
    clearTimeout(this.#retry);
    if (problem.status === 0 || problem.status === 503) this.#retry = setTimeout(again, BETWEEN_TRIES);
  }

  async #attempt<T>(asked: () => Promise<T>, then: (answer: T) => unknown, refused: (problem: Problem) => unknown) {
    let answer: T;
    try {
      answer = await asked();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      refused(problem);
      return;
    }
    await then(answer);
  }
}
