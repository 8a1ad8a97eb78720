import { MccError } from "../../../protocol/error";
import { toSendable } from "../../../protocol/wire/xml-characters";
import type { Fields } from "./header-fields";
import type { ArchiveLimits } from "./limits";
import type { TarHeader } from "./tar-header";

/** What a driver can take of an archive. */
export interface ArchiveRules {
  /** The highest user and group id that a file may belong to. Default: any. */
  readonly highestId?: number;
  /** Where device nodes are passed over; elsewhere they are refused. Default: they are taken anywhere. */
  readonly deviceFolder?: RegExp;
}

export type Kind = "file" | "hard link" | "link" | "device" | "other";

/** What is in an archive, by the types of its headers. */
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

/** What an entry of this type is; undefined for a type that tar does not have. */
export function kindOfEntry(type: string): Kind | undefined {
  return Object.hasOwn(kinds, type) ? kinds[type] : undefined;
}

/** What one entry of an archive has to be like. Each check throws MccError `invalid`, with the entry and what to do. */
export class EntryChecks {
  /** @param path of the tarball, for messages. */
  constructor(
    private readonly path: string,
    private readonly rules: ArchiveRules,
    private readonly limits: ArchiveLimits,
  ) {}

  requireName(name: string): void {
    const names = name.split("/");
    if (name.startsWith("/")) {
      throw this.refusal(name, "has an absolute path", "pack it by tar --directory=ROOT --create .");
    }
    if (names.includes("..")) {
      throw this.refusal(name, 'leads out of the archive by ".."', "leave it out");
    }
    if (name.includes("\0")) {
      throw this.refusal(name, "has a zero byte in its name", "leave it out");
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
        `has a ${what} of ${path.length} bytes, and ${this.limits.pathBytes} are the most`,
        "move it up or leave it out",
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
          "give it to another, or pack it by tar --owner=0 --group=0",
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
          "leave it out",
        );
      }
    }
    // tar would take the data for the next header, and so unpack what was not inspected.
    if (kind !== "file" && kind !== "hard link" && entry.size !== 0) {
      throw this.refusal(entry.name, `is no file and has ${entry.size} bytes of data`, "pack it again");
    }
    const { deviceFolder } = this.rules;
    if (kind === "device" && deviceFolder?.test(entry.name) === false) {
      throw this.refusal(
        entry.name,
        "is a device node outside of /dev, which a container may not make",
        "leave it out: tar --exclude",
      );
    }
  }

  requireNumbers(name: string, numbers: readonly number[]): void {
    if (numbers.some((number) => !Number.isSafeInteger(number) || number < 0)) {
      throw this.refusal(name, "has a size or an owner that is no number", "copy or make the tarball again");
    }
  }

  refusal(name: string, flaw: string, remedy: string): MccError {
    return new MccError("invalid", `${this.path} cannot be an image: ${shown(name)} ${flaw}; ${remedy}.`);
  }
}

const mostShown = 100;

/** A name for a message: on one line, and not as long as an attacker likes. */
export function shown(name: string): string {
  const text = toSendable(Buffer.from(name, "latin1").toString()).replace(/[\n\t\r]/g, "?");
  return `"${text.length > mostShown ? `${text.slice(0, mostShown)}…` : text}"`;
}
