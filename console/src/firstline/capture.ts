/** How a document comes in besides the camera: a reader that types, a dropped, pasted or chosen image, pasted text. */

import { useEffect, useRef } from "react";
import { Store, useStore } from "../app/store";
import { Wedge } from "./wedge";

/** Text of a zone, or pictures of one document, the best first. */
export type Source = { text: string } | { images: readonly Blob[] };

const ZONE = /^[A-Z0-9<\s]{60,}$/i;

/**
 * Watches the whole page, whatever has the focus, for as long as the component is drawn. What comes while a dialog lies
 * over it is `take`'s to refuse; where that is the one to sign in, the dialog says so itself.
 */
export function useCapture(take: (source: Source) => void): void {
  const taker = useRef(take);
  taker.current = take;
  useEffect(
    () =>
      watch((source) => {
        if (inDialog()) refuse();
        taker.current(source);
      }),
    [],
  );
}

/** Whether a document came while nobody was signed in; its zone must not be typed into a password. */
export function useRefused(): boolean {
  useEffect(() => {
    refused.value = false;
    return watch(refuse);
  }, []);
  return useStore(refused);
}

const refused = new Store(false);

function refuse(): void {
  refused.value = true;
}

function watch(take: (source: Source) => void): () => void {
  const wedge = new Wedge((text) => take({ text }));
  let field: Field | null = null; // what the burst types into, as it was before
  const handlers = {
    keydown(event: KeyboardEvent) {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const { swallow: swallowed, began, line } = wedge.press(event);
      if (began) field = fieldAt(event.target);
      if (swallowed) swallow(event);
      if (line) field?.putBack();
    },
    paste(event: ClipboardEvent) {
      if (inDialog()) return;
      const image = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith("image/"));
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (image) take({ images: [image] });
      else if (ZONE.test(text) && !(event.target as Element).closest?.("[data-zone]")) take({ text: text.trim() });
      else return;
      swallow(event);
    },
    dragover(event: DragEvent) {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      document.body.classList.add("dropping");
    },
    dragleave: () => document.body.classList.remove("dropping"),
    drop(event: DragEvent) {
      document.body.classList.remove("dropping");
      const [image] = event.dataTransfer?.files ?? [];
      if (!image) return;
      event.preventDefault(); // else the browser would leave the page and open the image
      take({ images: [image] });
    },
  } as const;
  const listeners = Object.entries(handlers) as [string, (event: Event) => void][];
  for (const [name, handler] of listeners) document.addEventListener(name, handler, true);
  return () => {
    for (const [name, handler] of listeners) document.removeEventListener(name, handler, true);
    wedge.stop();
  };
}

/** Whether a dialog lies over the page: what is typed then is meant for it. */
export const inDialog = (): boolean => document.querySelector(".veil") !== null;

function swallow(event: Event): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}

interface Field {
  putBack(): void;
}

type Input = HTMLInputElement | HTMLTextAreaElement;

/** A field as it was before the burst. React hears of it through the element's own setter and an input event. */
function fieldAt(target: EventTarget | null): Field | null {
  if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)) return null;
  const before = target.value;
  const setter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(target) as Input, "value")?.set;
  return {
    putBack() {
      if (target.value === before) return;
      setter?.call(target, before);
      target.dispatchEvent(new Event("input", { bubbles: true }));
    },
  };
}
