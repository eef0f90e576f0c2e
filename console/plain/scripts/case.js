/**
 * One traveller at the desk, from the document to the officer's decision.
 *
 * `stage`: waiting (for a document), reading, read (awaits the officer), inspecting, judged, decided.
 * What is sent to be recorded keeps its id until the service has answered: sent again after a lost answer,
 * it is the same movement, never a second one.
 */

import { call, now, Problem } from "./api.js";
import { kept } from "./keep.js";
import { officer } from "./session.js";
import { station } from "./station.js";
import { uuid7 } from "./uuid.js";

const BETWEEN_TRIES = 4000; // ms
export const DETAILS = [
  "native_name",
  "father_name",
  "mother_name",
  "visa_kind",
  "visa_number",
  "visa_valid_until",
  "accompanying",
  "vehicle",
  "phone",
];

export class Case {
  /** `changed` is called after every step. */
  constructor(changed) {
    this.changed = changed;
    this.clear();
  }

  clear() {
    clearTimeout(this.retry);
    Object.assign(this, { stage: "waiting", reading: null, lines: [], checked: null, typed: null, problem: null });
    Object.assign(this, { request: null, inspection: null, decisionRequest: null, deciding: false, revising: false });
    this.details = Object.fromEntries(DETAILS.map((name) => [name, ""]));
    this.detailsOpen = false;
  }

  step(part) {
    Object.assign(this, part);
    this.changed(this);
  }

  /** The traveller is on record, and no decision is. */
  get undecided() {
    return this.stage === "judged" && !this.decisions.length;
  }

  get decisions() {
    return this.inspection?.decisions ?? [];
  }

  /** Whether the officer changed the lines that were read. */
  get corrected() {
    return this.lines.join("\n") !== (this.reading?.lines ?? []).join("\n");
  }

  /** What is known of the zone as it stands now: the last check of corrected lines, else the reading. */
  get known() {
    return this.checked ?? this.reading;
  }

  /** Whether the lines as they stand were checked, be it by the reader. */
  get isChecked() {
    return (this.known?.lines ?? []).join("\n") === this.lines.join("\n");
  }

  /** Read a document: {text} from a swipe reader or a person, or {image}. Inspects at once what needs no eye. */
  async read(source) {
    const mine = Symbol("the latest wins");
    this.latest = mine;
    this.step({ stage: "reading", problem: null, typed: null });
    try {
      const reading = await this.ask(source);
      if (this.latest !== mine) return;
      this.take(reading);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (this.latest === mine) this.step({ stage: this.reading ? "read" : "waiting", problem });
    }
  }

  ask({ text, image }) {
    const { crossing_point } = station();
    if (text !== undefined) return call("POST", "/v1/mrz", { json: { mrz: text, crossing_point } });
    const form = new FormData();
    form.append("image", image);
    form.append("crossing_point", crossing_point);
    return call("POST", "/v1/mrz", { form });
  }

  take(reading) {
    const before = this.reading?.fields?.document_number;
    if (before && before !== reading.fields?.document_number)
      this.details = Object.fromEntries(DETAILS.map((name) => [name, ""]));
    this.step({ stage: "read", reading, lines: [...(reading.lines ?? [])], checked: null });
    if (reading.accepted && !this.detailsOpen) this.inspect();
  }

  /** Check the corrected lines; inspect if nothing is left against them. */
  async check() {
    this.step({ problem: null });
    try {
      const checked = await this.ask({ text: this.lines.join("\n") });
      this.step({ checked, lines: [...(checked.lines ?? this.lines)] });
      if (checked.accepted && !this.detailsOpen) this.inspect();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.step({ problem });
    }
  }

  /** Record the movement and hear the verdict. */
  async inspect() {
    this.request ??= this.compose();
    kept.underWay = { officer: officer().id, request: this.request };
    await this.send();
  }

  compose() {
    return {
      id: uuid7(now().getTime()),
      ...station(),
      occurred_at: now().toISOString(),
      ...this.presented(),
      ...furtherFields(this.details),
    };
  }

  /** What the document said: as typed by the officer, as corrected or confirmed, or as read. */
  presented() {
    if (this.typed) return { document: this.typed };
    const asRead = this.reading.accepted && !this.corrected;
    return asRead ? { reading_id: this.reading.id } : { reading_id: this.reading.id, mrz: this.lines.join("\n") };
  }

  async send() {
    clearTimeout(this.retry);
    this.step({ stage: "inspecting", problem: null });
    try {
      this.judged(await call("POST", "/v1/inspections", { json: this.request }));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.failed(problem);
    }
  }

  judged(inspection) {
    kept.underWay = { officer: officer().id, id: inspection.id };
    this.step({ stage: "judged", inspection, request: null });
  }

  failed(problem) {
    if (problem.unsettled) {
      if (problem.status === 0 || problem.status === 503) this.retry = setTimeout(() => this.send(), BETWEEN_TRIES);
      return this.step({ problem });
    }
    kept.underWay = null; // refused: nothing was recorded, and what is sent next is something else
    this.step({ stage: this.reading || this.typed ? "read" : "waiting", request: null, problem });
  }

  /** Record the officer's decision, or a change of it. */
  async decide(outcome, reason_code = null) {
    if (this.deciding) return;
    const asked = { outcome, reason_code, supersedes: this.decisions.at(-1)?.id ?? null };
    const same = this.decisionRequest && Object.keys(asked).every((name) => asked[name] === this.decisionRequest[name]);
    if (!same) this.decisionRequest = { id: uuid7(now().getTime()), ...asked };
    this.step({ deciding: true, problem: null });
    try {
      const decision = await call("POST", `/v1/inspections/${this.inspection.id}/decision`, {
        json: this.decisionRequest,
      });
      kept.underWay = null;
      const inspection = { ...this.inspection, decisions: [...this.decisions, decision] };
      this.step({ stage: "decided", inspection, decisionRequest: null, deciding: false, revising: false });
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.step({ deciding: false, problem });
    }
  }

  /** Ready for the next traveller. */
  next() {
    kept.underWay = null;
    this.latest = null;
    this.clear();
    this.changed(this);
  }

  /** Take up what a reload or a crash interrupted. */
  async restore() {
    const { officer: whose, request, id } = kept.underWay ?? {};
    if (whose !== officer().id) return;
    if (request) {
      this.request = request;
      await this.send();
    } else if (id) await this.recall(id);
  }

  /** The recorded inspection, in the language in force. */
  async recall(id = this.inspection?.id) {
    if (!id) return;
    try {
      const inspection = await call("GET", `/v1/inspections/${id}`);
      this.step({ stage: inspection.decisions.length ? "decided" : "judged", inspection });
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.step({ problem });
    }
  }
}

function furtherFields(details) {
  const { visa_kind: kind, visa_number: number, visa_valid_until: valid_until, accompanying, ...plain } = details;
  const fields = Object.fromEntries(Object.entries(plain).filter(([, value]) => value.trim()));
  const visa = Object.fromEntries(Object.entries({ kind, number, valid_until }).filter(([, value]) => value));
  const others = accompanying
    .split("\n")
    .map((name) => name.trim())
    .filter(Boolean);
  return {
    ...fields,
    ...(Object.keys(visa).length ? { visa } : {}),
    ...(others.length ? { accompanying: others } : {}),
  };
}
