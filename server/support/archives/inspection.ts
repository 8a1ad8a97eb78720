import { MccError } from "../../../protocol/error";
import { printable } from "../../../protocol/wire/xml-characters";
import { type ArchiveLimits, archiveLimits } from "./limits";
import { blockBytes, hasFurtherHoles, parsePaxRecords, parseTarHeader, type TarHeader } from "./tar-header";

/** What a driver can take of an archive. */
export interface ArchiveRules {
  /** The highest user and group id that a file may belong to. Default: any. */
  readonly highestId?: number;
  /** Where device nodes are passed over; elsewhere they are refused. Default: they are taken anywhere. */
  readonly deviceFolder?: RegExp;
}

type Kind = "file" | "hard link" | "link" | "device" | "other";

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

/** Headers that tell more of the next one. */
const longFields: Readonly<Record<string, "path" | "linkpath">> = { L: "path", K: "linkpath" };
const paxTypes: Readonly<Record<string, "next" | "all">> = { x: "next", X: "next", g: "all" };
/** Names the archive itself. */
const labelType = "V";

type Fields = ReadonlyMap<string, string>;

/**
 * Follows the bytes of a tar archive on their way to the program that unpacks it, and refuses what nobody can unpack
 * or what does harm. It keeps one header at a time, so an archive of any size takes little memory.
 *
 * All that is refused is `invalid`, with the entry, the value and what to do.
 */
export class ArchiveInspection {
  readonly #names = new Set<string>();
  #skip = 0;
  #wanted = blockBytes;
  #pieces: Buffer[] = [];
  #then: (bytes: Buffer) => void;
  #read = 0;
  #contents = 0;
  #entries = 0;
  #ended = false;
  #forAll: Fields = new Map();
  #forNext = new Map<string, string>();

  /**
   * @param path of the tarball, for messages.
   * @param wantedNames the entries of which is remembered whether they are there, without a leading "./".
   */
  constructor(
    private readonly path: string,
    private readonly rules: ArchiveRules,
    private readonly wantedNames: ReadonlySet<string> = new Set(),
    private readonly limits: ArchiveLimits = archiveLimits,
  ) {
    this.#then = (block) => this.#takeHeader(block);
  }

  /** The archive is over; what follows in the file is nothing that tar unpacks. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Those of the wanted names that were there, and not as folders. */
  get names(): ReadonlySet<string> {
    return this.#names;
  }

  /** @throws MccError `invalid`. */
  take(chunk: Buffer): void {
    this.#requireRoom(this.#read + chunk.length);
    for (let offset = 0; offset < chunk.length; ) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, chunk.length - offset);
        this.#skip -= skipped;
        this.#read += skipped;
        offset += skipped;
        continue;
      }
      const piece = chunk.subarray(offset, offset + this.#wanted);
      this.#wanted -= piece.length;
      this.#read += piece.length;
      offset += piece.length;
      this.#pieces.push(piece);
      if (this.#wanted === 0) {
        const [first = piece] = this.#pieces;
        const bytes = this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces);
        this.#pieces = [];
        this.#wanted = blockBytes;
        this.#then(bytes);
      } else {
        // The chunk would be kept whole for the sake of its last bytes, and its owner may fill it again.
        this.#pieces[this.#pieces.length - 1] = Buffer.from(piece);
      }
    }
  }

  /** Call it after the last byte. @throws MccError `invalid` for an archive that was cut off. */
  end(): void {
    if (!this.#ended) {
      throw this.#refusal(
        this.#entries === 0
          ? "does not look like a tar archive: it is shorter than the header of one file; pack a root file system by tar"
          : `is cut off: Unexpected EOF in archive, after ${this.#read} bytes and without the zero bytes at its end; copy or make it again`,
      );
    }
  }

  #takeHeader(block: Buffer): void {
    if (isZero(block)) {
      if (this.#entries === 0) {
        throw this.#refusal("has no files in it; pack a root file system by tar --directory=ROOT --create .");
      }
      this.#ended = true;
      this.#then = (rest) => this.#takeRest(rest);
      return;
    }
    const header = parseTarHeader(block);
    if (header === undefined) {
      throw this.#refusal(
        this.#entries === 0
          ? "does not look like a tar archive: its first header is damaged; give a tarball that is plain, or packed by gzip, bzip2, xz or zstd"
          : `is damaged: the header before byte ${this.#read} has a wrong sum; copy or make it again`,
      );
    }
    this.#entries += 1;
    if (this.#entries > this.limits.entries) {
      throw this.#refusal(`has more than ${this.limits.entries} entries; leave files out of it`);
    }
    this.#takeEntry(header);
  }

  #takeEntry(header: TarHeader): void {
    const { type, size } = header;
    if (type in longFields || type in paxTypes) {
      this.#takeFields(header);
      return;
    }
    const fields = new Map([...this.#forAll, ...this.#forNext]);
    this.#forNext = new Map();
    const entry = { ...header, name: fields.get("path") || header.name };
    this.#requireNumbers(entry.name, [size, header.uid, header.gid]);
    if (type === labelType) {
      this.#skipData(size);
      return;
    }
    const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
    if (kind === undefined) {
      throw this.#entryRefusal(entry.name, `is of the unknown type "${printable(type)}"`, "leave it out");
    }
    this.#requireName(entry.name);
    this.#requireOwner(entry, fields);
    this.#requireKind(kind, entry, fields);
    this.#remember(entry);
    if (kind === "file") {
      this.#takeFile(entry, fields);
    }
  }

  /** What a header tells of the next one, or of all that follow. */
  #takeFields({ type, size }: TarHeader): void {
    const most = type in longFields ? this.limits.pathBytes + 1 : this.limits.paxBytes;
    if (!(size <= most)) {
      throw this.#refusal(
        `has a header of ${size} bytes before byte ${this.#read}, and ${most} are the most; pack the files again without it`,
      );
    }
    const take = (bytes: Buffer): void => {
      this.#skip = paddingOf(size);
      this.#then = (block) => this.#takeHeader(block);
      this.#keepFields(type, bytes.subarray(0, size));
    };
    if (size === 0) {
      take(Buffer.alloc(0));
      return;
    }
    this.#wanted = size;
    this.#then = take;
  }

  #keepFields(type: string, bytes: Buffer): void {
    const longField = longFields[type];
    if (longField !== undefined) {
      const text = bytes.toString("latin1");
      const end = text.indexOf("\0");
      this.#forNext.set(longField, end === -1 ? text : text.slice(0, end));
      return;
    }
    const records = parsePaxRecords(bytes);
    if (records === undefined) {
      throw this.#refusal(`has a damaged pax header before byte ${this.#read}; copy or make it again`);
    }
    if (paxTypes[type] === "all") {
      this.#forAll = new Map([...this.#forAll, ...used(records)]);
    } else {
      this.#forNext = new Map([...this.#forNext, ...used(records)]);
    }
  }

  #requireName(name: string): void {
    const names = name.split("/");
    if (name.startsWith("/")) {
      throw this.#entryRefusal(name, "has an absolute path", "pack it by tar --directory=ROOT --create .");
    }
    if (names.includes("..")) {
      throw this.#entryRefusal(name, 'leads out of the archive by ".."', "leave it out");
    }
    if (name.includes("\0")) {
      throw this.#entryRefusal(name, "has a zero byte in its name", "leave it out");
    }
    const { nameBytes } = this.limits;
    if (names.some((part) => part.length > nameBytes)) {
      throw this.#entryRefusal(name, `has a name of more than ${nameBytes} bytes`, "rename it");
    }
    this.#requireLength(name, name, "path");
  }

  #requireLength(entry: string, path: string, what: string): void {
    if (path.length > this.limits.pathBytes) {
      throw this.#entryRefusal(
        entry,
        `has a ${what} of ${path.length} bytes, and ${this.limits.pathBytes} are the most`,
        "move it up or leave it out",
      );
    }
  }

  #requireOwner(entry: TarHeader, fields: Fields): void {
    for (const [what, value] of [
      ["user", fields.get("uid") || entry.uid],
      ["group", fields.get("gid") || entry.gid],
    ] as const) {
      const id = Number(value);
      if (!(id >= 0 && id <= (this.rules.highestId ?? Number.MAX_SAFE_INTEGER))) {
        throw this.#entryRefusal(
          entry.name,
          `belongs to the ${what} ${value}, and containers have 0 to ${this.rules.highestId ?? "any number"}`,
          "give it to another, or pack it by tar --owner=0 --group=0",
        );
      }
    }
  }

  #requireKind(kind: Kind, entry: TarHeader, fields: Fields): void {
    if (kind === "hard link" || kind === "link") {
      const target = fields.get("linkpath") || entry.linkName;
      this.#requireLength(entry.name, target, "link target");
      if (kind === "hard link" && (target.startsWith("/") || target.split("/").includes(".."))) {
        throw this.#entryRefusal(
          entry.name,
          `is a hard link to ${shown(target)}, outside of the archive`,
          "leave it out",
        );
      }
    }
    // tar would take the data for the next header, and so unpack what was not inspected.
    if (kind !== "file" && kind !== "hard link" && entry.size !== 0) {
      throw this.#entryRefusal(entry.name, `is no file and has ${entry.size} bytes of data`, "pack it again");
    }
    const { deviceFolder } = this.rules;
    if (kind === "device" && deviceFolder?.test(entry.name) === false) {
      throw this.#entryRefusal(
        entry.name,
        "is a device node outside of /dev, which a container may not make",
        "leave it out: tar --exclude",
      );
    }
  }

  #takeFile({ name, size, realSize, isExtended }: TarHeader, fields: Fields): void {
    const data = Number(fields.get("size") || size);
    const shownSize = Number(
      fields.get("GNU.sparse.realsize") ?? fields.get("GNU.sparse.size") ?? realSize ?? data,
    );
    this.#requireNumbers(name, [data, shownSize]);
    this.#contents += Math.max(data, shownSize);
    this.#requireRoom(this.#contents, name);
    if (isExtended) {
      this.#then = (block) => {
        if (!hasFurtherHoles(block)) {
          this.#then = (next) => this.#takeHeader(next);
          this.#skipData(data);
        }
      };
    } else {
      this.#skipData(data);
    }
  }

  #skipData(size: number): void {
    this.#skip = size + paddingOf(size);
  }

  #remember({ type, name }: TarHeader): void {
    const plain = name.replace(/^(\.\/+)+/, "");
    if (type !== "5" && this.wantedNames.has(plain)) {
      this.#names.add(plain);
    }
  }

  /** tar reads no further; a second archive behind the first would be missed in silence. */
  #takeRest(block: Buffer): void {
    if (!isZero(block)) {
      this.#then = () => undefined;
      if (parseTarHeader(block) !== undefined) {
        throw this.#refusal(
          `has another archive behind the end of its first, before byte ${this.#read}; unpack both into one folder, and pack that`,
        );
      }
    }
  }

  #requireNumbers(name: string, numbers: readonly number[]): void {
    if (numbers.some((number) => !Number.isSafeInteger(number) || number < 0)) {
      throw this.#entryRefusal(
        name,
        "has a size or an owner that is no number",
        "copy or make the tarball again",
      );
    }
  }

  #requireRoom(bytes: number, name?: string): void {
    if (bytes > this.limits.bytes) {
      throw this.#refusal(
        `unpacks to more than ${this.limits.bytes} bytes${name === undefined ? "" : `, with ${shown(name)}`}; leave files out of it`,
      );
    }
  }

  #entryRefusal(name: string, flaw: string, remedy: string): MccError {
    return this.#refusal(`cannot be an image: ${shown(name)} ${flaw}; ${remedy}`);
  }

  #refusal(flaw: string): MccError {
    return new MccError("invalid", `${this.path} ${flaw}.`);
  }
}

const usedFields = new Set([
  ...["path", "linkpath", "size", "uid", "gid"],
  ...["GNU.sparse.name", "GNU.sparse.realsize", "GNU.sparse.size"],
]);

/** The records that matter here, with the name of a sparse file in the place of the one that GNU's tar makes up. */
function used(records: Map<string, string>): Map<string, string> {
  const fields = new Map([...records].filter(([name]) => usedFields.has(name)));
  const sparseName = fields.get("GNU.sparse.name");
  return sparseName === undefined ? fields : fields.set("path", sparseName);
}

function isZero(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}

function paddingOf(size: number): number {
  return (blockBytes - (size % blockBytes)) % blockBytes;
}

const mostShown = 100;

/** A name for a message: on one line, and not as long as an attacker likes. */
function shown(name: string): string {
  const text = printable(Buffer.from(name, "latin1").toString()).replace(/[\n\t\r]/g, "?");
  return `"${text.length > mostShown ? `${text.slice(0, mostShown)}…` : text}"`;
}
