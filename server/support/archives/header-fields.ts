import type { ArchiveLimits } from "./limits";
import { parsePaxRecords } from "./tar-header";

/** The data about an entry in headers before its own header, by the names of pax. */
export type Fields = ReadonlyMap<string, string>;

/** The types of headers with data about the next entry. */
const longFields: Readonly<Record<string, "path" | "linkpath">> = { L: "path", K: "linkpath" };
const paxTypes: Readonly<Record<string, "next" | "all">> = { x: "next", X: "next", g: "all" };

const usedFields = new Set([
  ...["path", "linkpath", "size", "uid", "gid"],
  ...["GNU.sparse.name", "GNU.sparse.realsize", "GNU.sparse.size"],
]);

/** Returns whether a header of this type contains only data about other entries. */
export function tellsOfOthers(type: string): boolean {
  return type in longFields || type in paxTypes;
}

/** Returns the maximal size of such a header's data. */
export function mostFieldBytes(type: string, limits: ArchiveLimits): number {
  return type in longFields ? limits.pathBytes + 1 : limits.paxBytes;
}

/** Keeps the data of headers about later entries. */
export class HeaderFields {
  #forAll: Fields = new Map();
  #forNext = new Map<string, string>();

  /** @returns false for damaged data. */
  keep(type: string, bytes: Buffer): boolean {
    const longField = longFields[type];
    if (longField !== undefined) {
      const text = bytes.toString("latin1");
      const end = text.indexOf("\0");
      this.#forNext.set(longField, end === -1 ? text : text.slice(0, end));
      return true;
    }
    const records = parsePaxRecords(bytes);
    if (records === undefined) {
      return false;
    }
    if (paxTypes[type] === "all") {
      this.#forAll = new Map([...this.#forAll, ...used(records)]);
    } else {
      this.#forNext = new Map([...this.#forNext, ...used(records)]);
    }
    return true;
  }

  /** Returns the data about the entry of the current header. */
  ofEntry(): Fields {
    const fields = new Map([...this.#forAll, ...this.#forNext]);
    this.#forNext = new Map();
    return fields;
  }
}

/** Returns the records that are used here. The name of a sparse file replaces the one that GNU's tar generates. */
function used(records: Map<string, string>): Map<string, string> {
  const fields = new Map([...records].filter(([name]) => usedFields.has(name)));
  const sparseName = fields.get("GNU.sparse.name");
  return sparseName === undefined ? fields : fields.set("path", sparseName);
}
