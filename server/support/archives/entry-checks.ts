import { MccError } from "../../../protocol/error";
import { toSendable } from "../../../protocol/wire/xml-characters";
import type { Fields } from "./header-fields";
import type { ArchiveLimits } from "./limits";
import type { TarHeader } from "./tar-header";

/** A driver's rules for archives. */
export interface ArchiveRules {
  /** The highest user and group id of files. Default: any. */
  readonly highestId?: number;
  /** The folder in which device nodes are skipped. Elsewhere they are refused. Default: they are allowed everywhere. */
  readonly deviceFolder?: RegExp;
}

export type Kind = "file" | "hard link" | "link" | "device" | "other";

/** The kinds of entries, by the types of their headers. */
const kinds: Readonly<Record<string, Kind>> = {
  "0": "file",
  "7": "file",
  S: "file",
  "1": "hard link",
  "2": "link",
  "3": "device",
  "4": "device",
  "5": "other",
  "6": "other",
};

/** Returns the kind of an entry; undefined for a type that tar does not have. */
export function kindOfEntry(type: string): Kind | undefined {
  return Object.hasOwn(kinds, type) ? kinds[type] : undefined;
}

/** Checks one entry of an archive. Each check throws MccError `invalid`, with the entry and the remedy. */
export class EntryChecks {
  /** @param path the tarball's, for messages. */
  constructor(
    private readonly path: string,
    private readonly rules: ArchiveRules,
    private readonly limits: ArchiveLimits,
  ) {}

  requireName(name: string): void {
    const names = name.split("/");
    if (name.startsWith("/")) {
      throw this.refusal(name, "has an absolute path", "create it with tar --directory=ROOT --create .");
    }
    if (names.includes("..")) {
      throw this.refusal(name, 'leads out of the archive with ".."', "omit it");
    }
    if (name.includes("\0")) {
      throw this.refusal(name, "has a zero byte in its name", "omit it");
    }
    const { nameBytes } = this.limits;
    if (names.some((part) => part.length > nameBytes)) {
      throw this.refusal(name, `has a name of more than ${nameBytes} bytes`, "rename it");
    }
    this.#requireLength(name, name, "path");
  }

  #requireLength(entry: string, path: string, what: string): void {
    if (path.length > this.limits.pathBytes) {
      throw this.refusal(
        entry,
        `has a ${what} of ${path.length} bytes, and the limit is ${this.limits.pathBytes}`,
        "move it up or omit it",
      );
    }
  }

  requireOwner(entry: TarHeader, fields: Fields): void {
    for (const [what, value] of [
      ["user", fields.get("uid") || entry.uid],
      ["group", fields.get("gid") || entry.gid],
    ] as const) {
      const id = Number(value);
      if (!(id >= 0 && id <= (this.rules.highestId ?? Number.MAX_SAFE_INTEGER))) {
        throw this.refusal(
          entry.name,
          `belongs to the ${what} ${value}, and containers have 0 to ${this.rules.highestId ?? "any number"}`,
          "change its owner, or create the tarball with tar --owner=0 --group=0",
        );
      }
    }
  }

  requireKind(kind: Kind, entry: TarHeader, fields: Fields): void {
    if (kind === "hard link" || kind === "link") {
      const target = fields.get("linkpath") || entry.linkName;
      this.#requireLength(entry.name, target, "link target");
      if (kind === "hard link" && (target.startsWith("/") || target.split("/").includes(".."))) {
        throw this.refusal(
          entry.name,
          `is a hard link to ${shown(target)}, outside of the archive`,
          "omit it",
        );
      }
    }
    // tar would read the data as the next header, and would unpack entries that were not inspected.
    if (kind !== "file" && kind !== "hard link" && entry.size !== 0) {
      throw this.refusal(
        entry.name,
        `is not a file but has ${entry.size} bytes of data`,
        "create the tarball again",
      );
    }
    const { deviceFolder } = this.rules;
    if (kind === "device" && deviceFolder?.test(entry.name) === false) {
      throw this.refusal(
        entry.name,
        "is a device node outside of /dev, which a container may not create",
        "omit it: tar --exclude",
      );
    }
  }

  requireNumbers(name: string, numbers: readonly number[]): void {
    if (numbers.some((number) => !Number.isSafeInteger(number) || number < 0)) {
      throw this.refusal(
        name,
        "has a size or an owner that is not a number",
        "copy or create the tarball again",
      );
    }
  }

  refusal(name: string, flaw: string, remedy: string): MccError {
    return new MccError("invalid", `${this.path} cannot be an image: ${shown(name)} ${flaw}; ${remedy}.`);
  }
}

const mostShown = 100;

/** Returns a name for a message: on one line, and of limited length. */
export function shown(name: string): string {
  const text = toSendable(Buffer.from(name, "latin1").toString()).replace(/[\n\t\r]/g, "?");
  return `"${text.length > mostShown ? `${text.slice(0, mostShown)}…` : text}"`;
}
