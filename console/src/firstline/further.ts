/** What no zone says: names in their own script, parents, visa, company, vehicle. All of it optional. */

import type { Schemas } from "../api";

export interface Details {
  native_name: string;
  father_name: string;
  mother_name: string;
  visa_kind: string;
  visa_number: string;
  visa_valid_until: string;
  /** One a line. */
  accompanying: string;
  vehicle: string;
  phone: string;
}

export const NO_DETAILS: Details = {
  native_name: "",
  father_name: "",
  mother_name: "",
  visa_kind: "",
  visa_number: "",
  visa_valid_until: "",
  accompanying: "",
  vehicle: "",
  phone: "",
};

/** Kinds of visa that the policy in force tells apart. */
export const VISA_KINDS = ["tourist", "pilgrim", "transit", "long_stay", "residence", "commuter", "driver", "trader"];

/** Whether anything is filled in. */
export const isFilled = (details: Details): boolean => Object.values(details).some((value) => value.trim());

/** The details as the service wants them; what is empty is left out. */
export function furtherFields(details: Details): Partial<Schemas["InspectionIn"]> {
  const { visa_kind: kind, visa_number: number, visa_valid_until: valid_until, accompanying, ...plain } = details;
  const visa = stated({ kind, number, valid_until });
  const others = accompanying
    .split("\n")
    .map((name) => name.trim())
    .filter(Boolean);
  return {
    ...stated(plain),
    ...(Object.keys(visa).length ? { visa } : {}),
    ...(others.length ? { accompanying: others } : {}),
  } as Partial<Schemas["InspectionIn"]>;
}

const stated = (fields: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value.trim()));
