import * as z from "zod";

/**
 * Checks the names of instances and keys. They become host names, file names and arguments of commands, so the
 * allowed characters are those of a DNS label (RFC 1123) in lower case.
 */
export const nameSchema = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    "a name has 1 to 63 characters of a-z, 0-9 and -, and does not start or end with -",
  );

/** Checks the name of an instance. A name of only digits would be read as an id. */
export const instanceNameSchema = nameSchema.regex(
  /^(?![0-9]+$)/,
  "a name of only digits is not allowed, because it would be read as an id",
);

/** Checks the name of an image, which is that of its archive, such as `CentOS-6-x86_64`, and becomes a file name. */
export const imageNameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9._+-]{0,126}[A-Za-z0-9])?$/,
    "an image's name has 1 to 128 characters of A-Z, a-z, 0-9, ., _, + and -, and starts and ends with a letter or a digit",
  )
  .refine((name) => !name.includes(".."), "a name has no two dots in a row");

/** Checks the name of an instance type, such as `vswap-1.5g`. Upper case letters become lower case. */
export const typeNameSchema = z
  .string()
  .toLowerCase()
  .regex(
    /^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/,
    "a name has 1 to 63 characters of a-z, 0-9, ., _ and -, and starts and ends with a letter or a digit",
  )
  .refine((name) => !name.includes(".."), "a name has no two dots in a row");

/** Checks a host name: DNS labels with dots between them, at most 253 characters (RFC 1123). */
export const hostnameSchema = z
  .string()
  // Checked first, because the expression below overflows the stack for millions of labels.
  .max(253, { error: "a host name has at most 253 characters", abort: true })
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/,
    "a host name has labels of a-z, 0-9 and -, with dots between them",
  );

/** Checks labels: those of the owner, and those of users. */
export const labelsSchema = z
  .record(
    z
      .string()
      .regex(
        /^[A-Za-z0-9]([A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?$/,
        "a label's key has 1 to 63 characters of A-Z, a-z, 0-9, ., _, / and -, and starts and ends with a letter or a digit",
      ),
    z
      .string()
      .max(255, "a label's value has at most 255 characters")
      // Printable Unicode only, because XML forbids control characters.
      .regex(/^[^\p{Cc}\p{Cs}]*$/u, "a label's value has no control characters"),
  )
  .refine((labels) => Object.keys(labels).length <= 64, "at most 64 labels are allowed");

/** Checks the random identity of an instance, a fleet, a key or a daemon: 32 hexadecimal digits. */
export const uidSchema = z.string().regex(/^[0-9a-f]{32}$/, "a uid has 32 hexadecimal digits");

/** Checks the token that makes a create idempotent: a retry with the same token returns the same object. */
export const clientTokenSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{8,128}$/, "a client token has 8 to 128 characters of A-Z, a-z, 0-9, _ and -");

/** Checks a time in UTC, in the format of ISO 8601. */
export const timeSchema = z.iso.datetime();
