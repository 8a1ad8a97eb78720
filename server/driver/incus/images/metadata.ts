import { z } from "zod";
import type { ApiImage } from "../api/types";
import type { ImageContents } from "./contents";

/** What an image says about itself, in its properties. An image without them was not imported by a daemon. */
export interface ImageNotes {
  readonly name: string;
  readonly hasSshServer: boolean;
  readonly unpackedBytes: number;
  /** The paths in it that decide which files its instances get. */
  readonly found: readonly string[];
}

const notesSchema = z.object({
  "minicloud.image": z.string().min(1),
  "minicloud.ssh": z.string().transform((text) => text === "yes"),
  "minicloud.bytes": z.coerce.number(),
  "minicloud.found": z.string().transform((text) => text.split(" ").filter((path) => path !== "")),
});

/** @returns undefined for an image that no daemon imported. */
export function notesOf({ properties }: ApiImage): ImageNotes | undefined {
  const notes = notesSchema.safeParse(properties ?? {});
  return notes.success
    ? {
        name: notes.data["minicloud.image"],
        hasSshServer: notes.data["minicloud.ssh"],
        unpackedBytes: notes.data["minicloud.bytes"],
        found: notes.data["minicloud.found"],
      }
    : undefined;
}

/**
 * Returns the first part of a split image: a tar archive with `metadata.yaml`. The name in it makes each image different, also
 * if two are imported from one tarball.
 */
export function metadataArchive(
  name: string,
  { hasSshServer, unpackedBytes, found }: ImageContents,
  architecture: string,
  now = new Date(),
): Buffer {
  const metadata = {
    architecture,
    creation_date: Math.floor(now.getTime() / 1000),
    properties: {
      name,
      "minicloud.image": name,
      "minicloud.ssh": hasSshServer ? "yes" : "no",
      "minicloud.bytes": String(unpackedBytes),
      "minicloud.found": found.join(" "),
    },
  };
  // Each JSON text is also one of YAML.
  return tarOf("metadata.yaml", Buffer.from(`${JSON.stringify(metadata)}\n`));
}

const blockBytes = 512;

/** Returns a tar archive (ustar) with one file. */
function tarOf(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(blockBytes);
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, "0")}\0`;
  header.write(name, 0);
  header.write(octal(0o644, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(content.length, 12), 124);
  header.write(octal(0, 12), 136);
  // The checksum counts itself as spaces.
  header.write("        ", 148);
  header.write("0", 156);
  header.write("ustar\0" + "00", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const padding = Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes);
  return Buffer.concat([header, content, padding, Buffer.alloc(2 * blockBytes)]);
}
