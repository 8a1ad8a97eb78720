/**
 * What the tarball of an image may have at most. A whole distribution with a desktop has some 400,000 entries and 15 GiB;
 * what has more is taken for an attack on the disk.
 */
export const archiveLimits = {
  /** Files, folders, links, and the headers that go before them. */
  entries: 2_000_000,
  /** Of the unpacked archive; a sparse file counts with its holes. */
  bytes: 64 * 1024 ** 3,
  /** Of one name in a path: what Linux's file systems take. */
  nameBytes: 255,
  /** Of a path, and of where a link leads: PATH_MAX without its zero byte. */
  pathBytes: 4095,
  /** Of the records of one pax header, which tar keeps in memory. */
  paxBytes: 1024 ** 2,
  /** Of the memory of the program that unpacks: `xz -9` takes 65 MiB, `zstd --ultra` 128 MiB. */
  unpackerMebibytes: 256,
} as const;

export type ArchiveLimits = { readonly [Name in keyof typeof archiveLimits]: number };
