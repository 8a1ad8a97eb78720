import { z } from "zod";
import { method } from "./method";
import { imageNameSchema, timeSchema } from "./name";

export type { Image } from "../types/image";

export const imageSchema = z.object({
  name: z.string(),
  sizeBytes: z.number(),
  createdAt: timeSchema,
});

export const imageMethods = {
  "image.list": method(
    "Returns the images that instances can start from.",
    z.strictObject({}),
    z.array(imageSchema),
  ),
  "image.import": method(
    "Makes an image of a root file system tarball that lies on the daemon's host.",
    z.strictObject({
      name: imageNameSchema,
      /** On the daemon's host; plain, or packed by gzip, bzip2, xz or zstd. */
      path: z
        .string()
        .max(4096, "a path has 4096 characters at most")
        .regex(/^\/[^\0]*$/, "a path is absolute: it starts with / and names a file on the daemon's host"),
    }),
    imageSchema,
  ),
  "image.remove": method(
    "Removes an image that no instance uses; gone already is success.",
    z.strictObject({ name: imageNameSchema }),
    z.object({ removed: z.boolean() }),
  ),
};
