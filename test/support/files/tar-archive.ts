/** An entry of an archive that tar would not create. Names are in `latin1`, with one character for each byte. */
export interface TarEntry {
  readonly name: string;
  readonly type?: string;
  readonly linkName?: string;
  readonly content?: Buffer | string;
  /** The size in the header. Default: the size of the content. */
  readonly size?: number;
  readonly uid?: number;
  readonly mode?: number;
}

const blockBytes = 512;

/** The end of an archive. */
export const tarEnd = Buffer.alloc(2 * blockBytes);

/** The minimum contents of a root file system. */
export const leastRoot: readonly TarEntry[] = [
  { name: "bin/sh", mode: 0o755 },
  { name: "sbin/init", mode: 0o755 },
];

/** Returns a complete archive. */
export function tarArchive(...entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.map(tarEntry), tarEnd]);
}

/** Returns a header with its content. */
export function tarEntry({ content = "", size, ...entry }: TarEntry): Buffer {
  const bytes = Buffer.from(content);
  const padding = Buffer.alloc((blockBytes - (bytes.length % blockBytes)) % blockBytes);
  return Buffer.concat([headerOf({ ...entry, size: size ?? bytes.length }), bytes, padding]);
}

/** Returns an entry with a pax header for its name, link, size or owner. */
export function paxEntry(records: Readonly<Record<string, string>>, entry: TarEntry): Buffer {
  return Buffer.concat([
    tarEntry({
      name: "PaxHeaders/x",
      type: "x",
      content: Buffer.concat(Object.entries(records).map(([key, value]) => paxRecord(key, value))),
    }),
    tarEntry(entry),
  ]);
}

function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`, "latin1");
  let length = rest.length;
  while (length !== rest.length + String(length).length) {
    length = rest.length + String(length).length;
  }
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function headerOf({ name, type = "0", linkName = "", size = 0, uid = 0, mode = 0o644 }: TarEntry): Buffer {
  const block = Buffer.alloc(blockBytes);
  block.write(name, 0, 100, "latin1");
  block.write(mode.toString(8).padStart(7, "0"), 100);
  writeNumber(block, uid, 108, 8);
  writeNumber(block, 0, 116, 8);
  writeNumber(block, size, 124, 12);
  block.write("00000000000", 136);
  block.write(type, 156);
  block.write(linkName, 157, 100, "latin1");
  block.write("ustar  \0", 257);
  block.fill(" ", 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** Returns a number in octal digits, or in GNU's binary format if it needs too many digits. */
function writeNumber(block: Buffer, value: number, start: number, length: number): void {
  const digits = value.toString(8);
  if (digits.length < length) {
    block.write(digits.padStart(length - 1, "0"), start);
    return;
  }
  block[start] = 0x80;
  block.write(value.toString(16).padStart(2 * (length - 1), "0"), start + 1, "hex");
}
