/** A refusal by the service, or no answer at all. */

import type { components } from "./schema";

type Refusal = Partial<components["schemas"]["Problem"]>;

/** Refusals arrive as problem documents (RFC 9457) and leave as this. `status` 0: there was no answer. */
export class Problem extends Error {
  readonly status: number;
  /** The last part of the problem's type, such as `not-found`: what the texts `problem.*` are named after. */
  readonly kind: string;
  readonly title: string;
  readonly detail: string;
  readonly errors: { location: string; message: string }[];

  constructor({ status = 0, type = "", title = "", detail = "", errors }: Refusal) {
    super(detail || title || type);
    this.status = status;
    this.kind = type.replace("urn:mabar:problem:", "");
    this.title = title;
    this.detail = detail;
    this.errors = (errors ?? []) as Problem["errors"];
  }

  /** Whether it is open if the service did what was asked: then only the very same request may follow. */
  get unsettled(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}
