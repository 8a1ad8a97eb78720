import { formatDuration, longestDurationSeconds } from "../../protocol/duration";
import { defaultOf } from "../../protocol/methods/default-of";
import { imageNameSchema, typeNameSchema } from "../../protocol/methods/name";
import { duration, flag, keyNames } from "./values";
import { waitForOption } from "./wait-for";

const defaultTimeout = formatDuration(defaultOf("instance.create", "readyTimeoutSeconds"));

/** What new instances are like, by the names that these options have as parameters of `instance.create`. */
export const creationOptions = {
  image: {
    syntax: "-i, --image <IMAGE>",
    help: `what list-images shows (default: ${defaultOf("instance.create", "image")})`,
    value: imageNameSchema.optional(),
    names: ["image"],
  },
  type: {
    syntax: "-t, --instance-type <TYPE>",
    help: `what list-instance-types shows (default: ${defaultOf("instance.create", "type")})`,
    value: typeNameSchema.optional(),
    names: ["type"],
  },
  keys: {
    syntax: "-k, --public-key <KEY>",
    help: "name of a key that list-keys shows; for several keys, give it several times",
    value: keyNames.default([]),
    several: true,
    names: ["key"],
  },
  waitFor: waitForOption,
  readyTimeoutSeconds: {
    syntax: "--timeout <TIME>",
    help: `how long each may take to come up before it is undone, such as 90s or 5m (default: ${defaultTimeout})`,
    value: duration(3600).optional(),
  },
  keepOnFailure: {
    syntax: "--keep-on-failure",
    help: "keep one that does not come up, for a look, until it is destroyed",
    value: flag,
  },
  ttlSeconds: {
    syntax: "--ttl <TIME>",
    help: "destroy each after this time, such as 45m or 2h, unless it is extended (default: never)",
    value: duration(longestDurationSeconds).optional(),
  },
} as const;
