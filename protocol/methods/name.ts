import { z } from "zod";

/**
 * The names of instances and keys: they become host names, file names and words of commands,
 * so the allow list is that of a DNS label (RFC 1123), in lower case.
 */
export const nameSchema = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    "a name has 1 to 63 of a-z, 0-9 and -, and neither starts nor ends with -",
  );

/** A name that is all digits would read as an id. */
export const instanceNameSchema = nameSchema.regex(
  /^(?![0-9]+$)/,
  "a name is not made of digits only, which would read as an id",
);

/** Images have the names of their archives, such as `CentOS-6-x86_64`, which become folder and file names. */
export const imageNameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9._+-]{0,126}[A-Za-z0-9])?$/,
    "an image's name has 1 to 128 of A-Z, a-z, 0-9, ., _, + and -, and starts and ends with a letter or a digit",
  )
  .refine((name) => !name.includes(".."), "a name has no two dots in a row");

/** Instance types may carry a version or a size: `vswap-1.5g`. Capital letters become small ones. */
export const typeNameSchema = z
  .string()
  .toLowerCase()
  .regex(
    /^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/,
    "a name has 1 to 63 of a-z, 0-9, ., _ and -, and starts and ends with a letter or a digit",
  )
  .refine((name) => !name.includes(".."), "a name has no two dots in a row");

/** DNS labels joined by dots, 253 characters at most (RFC 1123). */
export const hostnameSchema = z
  .string()
  // The expression below overflows the stack for millions of labels.
  .max(253, { error: "a host name has 253 characters at most", abort: true })
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/,
    "a host name is made of labels of a-z, 0-9 and -, joined by dots",
  );

/** Label keys and values, as the owner labels and users' own need them. */
export const labelsSchema = z
  .record(
    z
      .string()
      .regex(
        /^[A-Za-z0-9]([A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?$/,
        "a label's key has 1 to 63 of A-Z, a-z, 0-9, ., _, / and -, and starts and ends with a letter or a digit",
      ),
    z
      .string()
      .max(255, "a label's value has 255 characters at most")
      // Printable Unicode only: a control character cannot travel in XML.
      .regex(/^[^\p{Cc}\p{Cs}]*$/u, "a label's value has no control characters"),
  )
  .refine((labels) => Object.keys(labels).length <= 64, "there are 64 labels at most");

/** The random identity of an instance, a key or a daemon: 32 hexadecimal digits. */
export const uidSchema = z.string().regex(/^[0-9a-f]{32}$/, "a uid has 32 hexadecimal digits");

/** What makes a create repeatable: the same token gives the same thing. */
export const clientTokenSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{8,128}$/, "a client token has 8 to 128 of A-Z, a-z, 0-9, _ and -");

/** A moment, in UTC. */
export const timeSchema = z.iso.datetime();
