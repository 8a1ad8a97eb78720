/** One header of a tar archive. Names are in `latin1`, with one character for each byte: they need not be text. */
export interface TarHeader {
  readonly type: string;
  readonly name: string;
  readonly linkName: string;
  /** The size of the data in the archive. NaN for invalid digits, also in the fields below. */
  readonly size: number;
  readonly uid: number;
  readonly gid: number;
  /** The size with holes, for a sparse file in GNU's old format. */
  readonly realSize: number | undefined;
  /** Whether a block with more of the map of holes follows, in GNU's old format. */
  readonly isExtended: boolean;
}

export const blockBytes = 512;

/** Parses a header. @returns undefined for a block with a wrong checksum, as any block that is not a header. */
export function parseTarHeader(block: Buffer): TarHeader | undefined {
  if (numberAt(block, 148, 8) !== sumOf(block)) {
    return undefined;
  }
  const type = block.toString("latin1", 156, 157);
  const isPosix = block.toString("latin1", 257, 263) === "ustar\0";
  const prefix = isPosix ? textAt(block, 345, 155) : "";
  const isOldSparse = type === "S";
  return {
    type: type === "\0" ? "0" : type,
    name: `${prefix === "" ? "" : `${prefix}/`}${textAt(block, 0, 100)}`,
    linkName: textAt(block, 157, 100),
    size: numberAt(block, 124, 12),
    uid: numberAt(block, 108, 8),
    gid: numberAt(block, 116, 8),
    realSize: isOldSparse ? numberAt(block, 483, 12) : undefined,
    isExtended: isOldSparse && block[482] !== 0,
  };
}

/** Returns whether another block of the map of holes follows, in GNU's old format. */
export function hasFurtherHoles(block: Buffer): boolean {
  return block[504] !== 0;
}

/**
 * Parses the records of a pax header: pax(1), "Extended Header".
 *
 * @returns undefined if they are damaged.
 */
export function parsePaxRecords(records: Buffer): Map<string, string> | undefined {
  const found = new Map<string, string>();
  for (let offset = 0; offset < records.length; ) {
    const space = records.indexOf(" ", offset, "latin1");
    const digits = records.toString("latin1", offset, Math.max(space, offset));
    const end = offset + Number(digits);
    const equals = records.indexOf("=", space, "latin1");
    const isWhole =
      /^[1-9]\d{0,8}$/.test(digits) &&
      end <= records.length &&
      equals > space &&
      equals < end &&
      records[end - 1] === 10;
    if (!isWhole) {
      return undefined;
    }
    found.set(records.toString("latin1", space + 1, equals), records.toString("latin1", equals + 1, end - 1));
    offset = end;
  }
  return found;
}

/** Returns the sum of all bytes, with spaces in place of the checksum itself. */
function sumOf(block: Buffer): number {
  let sum = 8 * 32;
  for (let index = 0; index < blockBytes; index += 1) {
    sum += index >= 148 && index < 156 ? 0 : (block[index] ?? 0);
  }
  return sum;
}

function textAt(block: Buffer, start: number, length: number): string {
  const text = block.toString("latin1", start, start + length);
  const end = text.indexOf("\0");
  return end === -1 ? text : text.slice(0, end);
}

/** Parses octal digits, or GNU's binary form for larger numbers. An empty field is 0. */
function numberAt(block: Buffer, start: number, length: number): number {
  const first = block[start] ?? 0;
  if (first === 0x80) {
    return Number(BigInt(`0x${block.toString("hex", start + 1, start + length)}`));
  }
  const digits = textAt(block, start, length).trim();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || "0", 8) : Number.NaN;
}
