import { z } from "zod";
import { method } from "./method";
import { imageNameSchema, timeSchema } from "./name";
import { adminOnly, everyRole } from "./role";

export type { Image } from "../types/image";

export const imageSchema = z.object({
  name: z.string(),
  sizeBytes: z.number(),
  createdAt: timeSchema,
});

export const imageMethods = {
  "image.list": method(
    everyRole,
    "Returns the images that instances can start from.",
    z.strictObject({}),
    z.array(imageSchema),
  ),
  "image.import": method(
    adminOnly,
    "Creates an image from a root file system tarball on the daemon's host.",
    z.strictObject({
      name: imageNameSchema,
      /** The tarball on the daemon's host: plain, or compressed with gzip, bzip2, xz or zstd. */
      path: z
        .string()
        .max(4096, "a path has at most 4096 characters")
        .regex(/^\/[^\0]*$/, "give an absolute path of a file on the daemon's host, which starts with /"),
    }),
    imageSchema,
  ),
  "image.remove": method(
    adminOnly,
    "Removes an image that no instance uses. Succeeds if there is no such image.",
    z.strictObject({ name: imageNameSchema }),
    z.object({ removed: z.boolean() }),
  ),
};
