/**
 * The route table: every desk of the console, its address, who sees it, and how its sources come.
 *
 * A desk is registered here once, with `desk(path, folder, action, load)`. Its sources and its texts come when
 * somebody opens it. Its name in the header is the text `shell.<folder>` of common.json.
 */

import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import { wordsOf } from "../words";
import type { Action } from "./session";

export interface Desk {
  /** The address it begins with; what follows is its own business (nested routes, by wouter's rules). */
  path: string;
  /** The folder of its sources, and the file of its texts. */
  folder: string;
  /** The text that names it. */
  title: string;
  /** Who may do this sees the desk; null: everybody who is signed in. */
  action: Action | null;
  /** Whether it stands among the areas in the header. */
  listed: boolean;
  Page: LazyExoticComponent<ComponentType>;
}

type Load = () => Promise<{ default: ComponentType }>;

function desk(path: string, folder: string, action: Action | null, load: Load, listed = true): Desk {
  const Page = lazy(async () => (await Promise.all([load(), wordsOf(folder)]))[0]);
  return { path, folder, title: `shell.${folder}`, action, listed, Page };
}

/** In the order of the header; the first that an officer sees is where the console opens. */
export const DESKS: readonly Desk[] = [
  desk("/first-line", "firstline", "inspect", () => import("../firstline/FirstLine")),
  desk("/second-line", "secondline", "read_hits", () => import("../secondline/SecondLine")),
  desk("/protection", "protection", "read_protection", () => import("../protection/Protection")),
  desk("/movements", "movements", "read_movements", () => import("../movements/Movements")),
  desk("/dashboards", "dashboards", "read_statistics", () => import("../dashboards/Dashboards")),
  desk("/watchlists", "watchlists", "read_lists", () => import("../watchlists/Watchlists")),
  desk("/stays", "stays", "read_reference", () => import("../stays/Stays")),
  desk("/checker", "checker", "read_reference", () => import("../checker/Checker")),
  desk("/supervision", "supervision", "read_policies", () => import("../supervision/Supervision")),
  desk("/rights", "rights", "read_requests", () => import("../rights/Rights")),
  desk("/retention", "retention", "read_retention", () => import("../retention/Retention"), false),
  desk("/audit", "audit", "read_audit", () => import("../audit/Audit")),
  desk("/administration", "administration", "manage_devices", () => import("../administration/Administration")),
  desk("/account", "account", "own_account", () => import("../account/Account"), false),
];
