import { MccError } from "../../../protocol/error";
import { toSendable } from "../../../protocol/wire/xml-characters";
import { BlockReader } from "./block-reader";
import { type ArchiveRules, EntryChecks, kindOfEntry, shown } from "./entry-checks";
import { type Fields, HeaderFields, mostFieldBytes, tellsOfOthers } from "./header-fields";
import { type ArchiveLimits, archiveLimits } from "./limits";
import { hasFurtherHoles, parseTarHeader, type TarHeader } from "./tar-header";

/** The type of a header with the name of the archive. */
const labelType = "V";

/**
 * Inspects the bytes of a tar archive before a program unpacks them, and refuses archives that cannot be unpacked or
 * are dangerous. It keeps one header at a time, so an archive of any size needs little memory.
 *
 * Every refusal is an MccError `invalid`, with the entry, the value and the remedy.
 */
export class ArchiveInspection {
  readonly #names = new Set<string>();
  readonly #reader = new BlockReader((bytes) => this.#then(bytes));
  readonly #fields = new HeaderFields();
  readonly #checks: EntryChecks;
  #then: (bytes: Buffer) => void;
  #contents = 0;
  #entries = 0;
  #ended = false;

  /**
   * @param path the tarball's, for messages.
   * @param wantedNames the entries that `names` reports, without a leading "./".
   */
  constructor(
    private readonly path: string,
    rules: ArchiveRules,
    private readonly wantedNames: ReadonlySet<string> = new Set(),
    private readonly limits: ArchiveLimits = archiveLimits,
  ) {
    this.#checks = new EntryChecks(path, rules, limits);
    this.#then = (block) => this.#takeHeader(block);
  }

  /** Whether the archive has ended. tar does not unpack the rest of the file. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The size of the files in it, in bytes; a sparse file counts with its holes. */
  get unpackedBytes(): number {
    return this.#contents;
  }

  /** The wanted names that exist in the archive and are not folders. */
  get names(): ReadonlySet<string> {
    return this.#names;
  }

  /** @throws MccError `invalid`. */
  take(chunk: Buffer): void {
    this.#requireRoom(this.#reader.read + chunk.length);
    this.#reader.take(chunk);
  }

  /** Checks the end. Call it after the last byte. @throws MccError `invalid` for an incomplete archive. */
  end(): void {
    if (!this.#ended) {
      throw this.#refusal(
        this.#entries === 0
          ? "does not look like a tar archive: it is shorter than the header of one file; create a tarball of a root file system"
          : `is incomplete: Unexpected EOF in archive, after ${this.#reader.read} bytes and without the zero bytes at its end; copy or create it again`,
      );
    }
  }

  #takeHeader(block: Buffer): void {
    if (isZero(block)) {
      if (this.#entries === 0) {
        throw this.#refusal(
          "has no files in it; create it from a root file system with tar --directory=ROOT --create .",
        );
      }
      this.#ended = true;
      this.#then = (rest) => this.#takeRest(rest);
      return;
    }
    const header = parseTarHeader(block);
    if (header === undefined) {
      throw this.#refusal(
        this.#entries === 0
          ? "does not look like a tar archive: its first header is damaged; give a tarball without compression, or with gzip, bzip2, xz or zstd"
          : `is damaged: the header before byte ${this.#reader.read} has a wrong checksum; copy or create it again`,
      );
    }
    this.#entries += 1;
    if (this.#entries > this.limits.entries) {
      throw this.#refusal(`has more than ${this.limits.entries} entries; omit files`);
    }
    this.#takeEntry(header);
  }

  #takeEntry(header: TarHeader): void {
    const { type, size } = header;
    if (tellsOfOthers(type)) {
      this.#takeFields(header);
      return;
    }
    const fields = this.#fields.ofEntry();
    const entry = { ...header, name: fields.get("path") || header.name };
    this.#checks.requireNumbers(entry.name, [size, header.uid, header.gid]);
    if (type === labelType) {
      this.#reader.skipData(size);
      return;
    }
    const kind = kindOfEntry(type);
    if (kind === undefined) {
      throw this.#checks.refusal(entry.name, `has the unknown type "${toSendable(type)}"`, "omit it");
    }
    this.#checks.requireName(entry.name);
    this.#checks.requireOwner(entry, fields);
    this.#checks.requireKind(kind, entry, fields);
    this.#remember(entry);
    if (kind === "file") {
      this.#takeFile(entry, fields);
    }
  }

  /** Reads the data of a header about the next entry, or about all later ones. */
  #takeFields({ type, size }: TarHeader): void {
    const most = mostFieldBytes(type, this.limits);
    if (!(size <= most)) {
      throw this.#refusal(
        `has a header of ${size} bytes before byte ${this.#reader.read}, and the limit is ${most}; create it again without the header`,
      );
    }
    const take = (bytes: Buffer): void => {
      this.#reader.skipPadding(size);
      this.#then = (block) => this.#takeHeader(block);
      if (!this.#fields.keep(type, bytes.subarray(0, size))) {
        throw this.#refusal(
          `has a damaged pax header before byte ${this.#reader.read}; copy or create it again`,
        );
      }
    };
    if (size === 0) {
      take(Buffer.alloc(0));
      return;
    }
    this.#reader.want(size);
    this.#then = take;
  }

  #takeFile({ name, size, realSize, isExtended }: TarHeader, fields: Fields): void {
    const data = Number(fields.get("size") || size);
    const shownSize = Number(
      fields.get("GNU.sparse.realsize") ?? fields.get("GNU.sparse.size") ?? realSize ?? data,
    );
    this.#checks.requireNumbers(name, [data, shownSize]);
    this.#contents += Math.max(data, shownSize);
    this.#requireRoom(this.#contents, name);
    if (isExtended) {
      this.#then = (block) => {
        if (!hasFurtherHoles(block)) {
          this.#then = (next) => this.#takeHeader(next);
          this.#reader.skipData(data);
        }
      };
    } else {
      this.#reader.skipData(data);
    }
  }

  #remember({ type, name }: TarHeader): void {
    const plain = name.replace(/^(\.\/+)+/, "");
    if (type !== "5" && this.wantedNames.has(plain)) {
      this.#names.add(plain);
    }
  }

  /** tar reads no further. A second archive after the first would be ignored silently. */
  #takeRest(block: Buffer): void {
    if (!isZero(block)) {
      this.#then = () => undefined;
      if (parseTarHeader(block) !== undefined) {
        throw this.#refusal(
          `has another archive after the end of its first, before byte ${this.#reader.read}; unpack both into one folder, and create one archive of it`,
        );
      }
    }
  }

  #requireRoom(bytes: number, name?: string): void {
    if (bytes > this.limits.bytes) {
      throw this.#refusal(
        `unpacks to more than ${this.limits.bytes} bytes${name === undefined ? "" : `, with ${shown(name)}`}; omit files`,
      );
    }
  }

  #refusal(flaw: string): MccError {
    return new MccError("invalid", `${this.path} ${flaw}.`);
  }
}

function isZero(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}
