import { archiveLimits } from "./limits";

/** A way in which archives are packed. */
export interface Packing {
  readonly name: string;
  /** How a packed file begins, in hexadecimal digits. */
  readonly begins: string;
  /** Unpacks its standard input to its standard output. */
  readonly words: readonly string[];
  /** The Debian package with the program of this packing's name. */
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

/** How many bytes of a file tell its packing. */
export const packingBytes = 6;

/** @returns undefined for a file that is not packed, or in a way that is not known. */
export function packingOf(beginning: Buffer): Packing | undefined {
  const digits = beginning.toString("hex");
  return packings.find(({ begins }) => digits.startsWith(begins));
}
