import type { ReactElement } from "react";

const PATHS = {
  clear: ["M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19Z", "m7.5 12.4 3.1 3.1 6-6.6"],
  refer: ["M12 3 22 20.5H2Z", "M12 9.5v5", "M12 17.4v.2"],
  refuse: ["M8 2.5h8L21.5 8v8L16 21.5H8L2.5 16V8Z", "M8.5 8.5l7 7m0-7-7 7"],
  notice: ["M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19Z", "M12 11v5.5", "M12 7.4v.2"],
  question: [
    "M12 2.5a9.500 9.500 0 1 0 0 19 9.500 9.500 0 0 0 0-19Z",
    "M9.200 9.400a2.900 2.900 0 1 1 4.300 2.500c-1 .6-1.500 1.200-1.500 2.300",
    "M12 17.200v.2",
  ],
  alert: ["M12 3 22 20.5H2Z", "M12 9.5v5", "M12 17.4v.2"],
  irregular: ["M12 2.6 21.4 12 12 21.4 2.6 12Z", "M12 8v5", "M12 16v.2"],
  second: ["M4 5v14", "M8 12h11", "m14.5 7.5 4.7 4.5-4.7 4.5"],
  entry: ["M13 4h6v16h-6", "M3 12h11", "m10 8 4.2 4-4.2 4"],
  exit: ["M11 4H5v16h6", "M10 12h11", "m17 8 4.2 4-4.2 4"],
  leave: ["M11 4H5v16h6", "M10 12h11", "m17 8 4.2 4-4.2 4"],
  document: ["M5 2.5h14v19H5Z", "M12 7a2.6 2.6 0 1 0 0 5.2A2.6 2.6 0 0 0 12 7Z", "M8 16h8", "M8 18.7h8"],
  camera: [
    "M3 7h4.500l1.500-2.500h6L16.500 7H21v12.500H3Z",
    "M12 9.500a3.600 3.600 0 1 0 0 7.200 3.600 3.600 0 0 0 0-7.200Z",
  ],
  cross: ["M6 6l12 12M18 6 6 18"],
  equal: ["M5 9.500h14", "M5 14.500h14"],
  differs: ["M5 9.500h14", "M5 14.500h14", "M16 5 8 19"],
  check: ["m5 12.6 4.4 4.4L19 7"],
  plus: ["M12 5v14M5 12h14"],
  clock: ["M12 2.5a9.500 9.500 0 1 0 0 19 9.500 9.500 0 0 0 0-19Z", "M12 6.500V12l3.600 2.200"],
  link: ["M4 18a15 15 0 0 1 16 0", "M7.500 13.500a9 9 0 0 1 9 0", "M12 9.500v.2", "M12 19.500v.1"],
  unlinked: ["M4 18a15 15 0 0 1 16 0", "M7.500 13.500a9 9 0 0 1 9 0", "M4 4l16 16"],
  list: ["M8 6h12M8 12h12M8 18h12", "M4 6h.1M4 12h.1M4 18h.1"],
  person: ["M12 3.5a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z", "M4.5 20.5c.8-4 3.7-6 7.500-6s6.700 2 7.500 6"],
} as const;

export type Sign = keyof typeof PATHS;

const DIRECTIONAL: ReadonlySet<string> = new Set(["second", "entry", "exit", "leave"]);

/** A sign beside its text; it says nothing that the text does not. Those that point are mirrored with the page. */
export function Icon({ sign }: { sign: Sign }): ReactElement {
  return (
    <svg
      className={DIRECTIONAL.has(sign) ? "icon turns" : "icon"}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      {PATHS[sign].map((path) => (
        <path key={path} d={path} />
      ))}
    </svg>
  );
}
