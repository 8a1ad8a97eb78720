import type { ArchiveLimits } from "./limits";
import { parsePaxRecords } from "./tar-header";

/** What headers told of an entry before its own header: by the names that pax has for it. */
export type Fields = ReadonlyMap<string, string>;

/** Headers that tell more of the next entry. */
const longFields: Readonly<Record<string, "path" | "linkpath">> = { L: "path", K: "linkpath" };
const paxTypes: Readonly<Record<string, "next" | "all">> = { x: "next", X: "next", g: "all" };

const usedFields = new Set([
  ...["path", "linkpath", "size", "uid", "gid"],
  ...["GNU.sparse.name", "GNU.sparse.realsize", "GNU.sparse.size"],
]);

/** Whether a header of this type tells only of others. */
export function tellsOfOthers(type: string): boolean {
  return type in longFields || type in paxTypes;
}

/** How much such a header may tell. */
export function mostFieldBytes(type: string, limits: ArchiveLimits): number {
  return type in longFields ? limits.pathBytes + 1 : limits.paxBytes;
}

/** Keeps what headers tell of the entries that follow. */
export class HeaderFields {
  #forAll: Fields = new Map();
  #forNext = new Map<string, string>();

  /** @returns false for a damaged one. */
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

  /** What was told of the entry whose header has come. */
  ofEntry(): Fields {
    const fields = new Map([...this.#forAll, ...this.#forNext]);
    this.#forNext = new Map();
    return fields;
  }
}

/** The records that matter here, with the name of a sparse file in the place of the one that GNU's tar makes up. */
function used(records: Map<string, string>): Map<string, string> {
  const fields = new Map([...records].filter(([name]) => usedFields.has(name)));
  const sparseName = fields.get("GNU.sparse.name");
  return sparseName === undefined ? fields : fields.set("path", sparseName);
}
