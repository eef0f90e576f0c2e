/**
 * What outlives a page. In localStorage: the language, and that somebody signed in here. In sessionStorage,
 * which ends with the tab: the station, and an inspection from its sending to the officer's decision, so
 * that neither a lost answer nor a reload makes one traveller two movements.
 */

const PREFIX = "mabar.";

function entry(storage, name) {
  return {
    get() {
      try {
        return JSON.parse(storage.getItem(PREFIX + name) ?? "null");
      } catch {
        return null; // written by another version: as good as nothing
      }
    },
    set(value) {
      if (value === null) storage.removeItem(PREFIX + name);
      else storage.setItem(PREFIX + name, JSON.stringify(value));
    },
    enumerable: true,
  };
}

export const kept = Object.defineProperties(
  {},
  {
    language: entry(localStorage, "language"),
    signedIn: entry(localStorage, "signed-in"),
    station: entry(sessionStorage, "station"),
    /** {officer, request} while unanswered, {officer, id} once answered. */
    underWay: entry(sessionStorage, "under-way"),
  },
);
