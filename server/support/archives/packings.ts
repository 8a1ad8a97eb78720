import { archiveLimits } from "./limits";

/** A compression of archives. */
export interface Packing {
  readonly name: string;
  /** The first bytes of a compressed file, in hexadecimal digits. */
  readonly begins: string;
  /** The options with which the program decompresses its standard input to its standard output. */
  readonly words: readonly string[];
  /** The Debian package with the program, which has the compression's name. */
  readonly package: string;
}

const memory = `${archiveLimits.unpackerMebibytes}MiB`;

const packings: readonly Packing[] = [
  { name: "gzip", begins: "1f8b", words: ["--decompress", "--stdout"], package: "gzip" },
  { name: "bzip2", begins: "425a68", words: ["--decompress", "--stdout"], package: "bzip2" },
  {
    name: "xz",
    begins: "fd377a585a00",
    words: ["--decompress", "--stdout", `--memlimit-decompress=${memory}`],
    package: "xz-utils",
  },
  {
    name: "zstd",
    begins: "28b52ffd",
    words: ["--decompress", "--stdout", "--quiet", `--memory=${memory}`],
    package: "zstd",
  },
];

/** The number of bytes that identify a compression. */
export const packingBytes = 6;

/** Returns the compression of a file. @returns undefined for a file without compression, or with an unknown one. */
export function packingOf(beginning: Buffer): Packing | undefined {
  const digits = beginning.toString("hex");
  return packings.find(({ begins }) => digits.startsWith(begins));
}
