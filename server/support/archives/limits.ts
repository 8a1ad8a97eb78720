/**
 * The limits for an image's tarball. A whole distribution with a desktop has about 400,000 entries and 15 GiB. A larger
 * one is treated as an attack on the disk.
 */
export const archiveLimits = {
  /** Number of files, folders, links, and the headers before them. */
  entries: 2_000_000,
  /** Size of the unpacked archive; a sparse file counts with its holes. */
  bytes: 64 * 1024 ** 3,
  /** Length of one name in a path: the limit of Linux's file systems. */
  nameBytes: 255,
  /** Length of a path, and of a link's target: PATH_MAX without its zero byte. */
  pathBytes: 4095,
  /** Size of the records of one pax header, which tar keeps in memory. */
  paxBytes: 1024 ** 2,
  /** Memory of the program that decompresses: `xz -9` needs 65 MiB, `zstd --ultra` 128 MiB. */
  unpackerMebibytes: 256,
} as const;

export type ArchiveLimits = { readonly [Name in keyof typeof archiveLimits]: number };
