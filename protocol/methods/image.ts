import * as z from "zod";
import { method } from "./method";
import { imageNameSchema, timeSchema, uidSchema } from "./values/name";
import { adminOnly, everyRole, rolesThatChange } from "./values/role";

export type { Image } from "../types/image";

export const imageSchema = z.object({
  name: z.string(),
  sizeBytes: z.number(),
  createdAt: timeSchema,
  /** The name of the token that imported it. */
  account: z.string().optional(),
});

/** The limit of an archive that a client uploads. */
export const largestUploadBytes = 2 * 1024 ** 3;
/** The limit of one piece of it, which fits into a request as base64. */
export const largestUploadPieceBytes = 8 * 1024 * 1024;

const uploadTarget = { upload: uidSchema };

export const imageMethods = {
  "image.list": method(
    everyRole,
    "Returns the images that the caller's instances can start from. A user sees those of admins and its own.",
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
  "image.uploadStart": method(
    rolesThatChange,
    "Begins to upload a root file system tarball, and returns the id of the upload. It is dropped if no call names it for 60 seconds.",
    z.strictObject({
      name: imageNameSchema,
      /** The size of the tarball: plain, or compressed with gzip, bzip2, xz or zstd. */
      sizeBytes: z.int().min(1).max(largestUploadBytes, "an upload has at most 2 GiB"),
    }),
    z.object(uploadTarget),
  ),
  "image.uploadWrite": method(
    rolesThatChange,
    "Sends a piece of a tarball. Bytes that arrived before are skipped.",
    z.strictObject({
      ...uploadTarget,
      /** The position of the piece in the tarball, in bytes. */
      offset: z.int().min(0),
      /** Base64. */
      data: z.base64().max(Math.ceil(largestUploadPieceBytes / 3) * 4, "a piece has at most 8 MiB"),
    }),
    z.object({
      /** How many bytes of the tarball have arrived. */
      received: z.int(),
    }),
  ),
  "image.uploadEnd": method(
    rolesThatChange,
    "Creates an image from an uploaded tarball, which is inspected like that of image.import. The upload is over then, also after a failure.",
    z.strictObject(uploadTarget),
    imageSchema,
  ),
  "image.uploadCancel": method(
    rolesThatChange,
    "Drops an upload. Succeeds if there is no such upload.",
    z.strictObject(uploadTarget),
    z.object({
      /** False if there was nothing to drop. */
      cancelled: z.boolean(),
    }),
  ),
  "image.remove": method(
    rolesThatChange,
    "Removes an image that no instance uses. Succeeds if there is no such image. A user removes only images that tokens of its name uploaded.",
    z.strictObject({ name: imageNameSchema }),
    z.object({ removed: z.boolean() }),
  ),
};
