import { formatDuration, longestDurationSeconds } from "../../protocol/duration";
import { defaultOf } from "../../protocol/methods/default-of";
import { memberNameSchema } from "../../protocol/methods/member";
import { imageNameSchema, typeNameSchema } from "../../protocol/methods/values/name";
import { duration, durationOrNever, flag, keyNames } from "./values";
import { waitForOption } from "./wait-for";

const defaultTimeout = formatDuration(defaultOf("instance.create", "readyTimeoutSeconds"));

/** The options for new instances, under the names of the parameters of `instance.create`. */
export const creationOptions = {
  image: {
    syntax: "-i, --image <IMAGE>",
    help: `name of an image; see list-images (default: ${defaultOf("instance.create", "image")})`,
    value: imageNameSchema.optional(),
    names: ["image"],
  },
  type: {
    syntax: "-t, --instance-type <TYPE>",
    help: `name of an instance type; see list-instance-types (default: ${defaultOf("instance.create", "type")})`,
    value: typeNameSchema.optional(),
    names: ["type"],
  },
  keys: {
    syntax: "-k, --public-key <KEY>",
    help: "name of a key that may log in; repeat for several keys",
    value: keyNames.default([]),
    several: true,
    names: ["key"],
  },
  waitFor: waitForOption,
  readyTimeoutSeconds: {
    syntax: "--timeout <TIME>",
    help: `time limit for each instance to become ready, after which it is removed; for example 90s or 5m (default: ${defaultTimeout})`,
    value: duration(3600).optional(),
  },
  member: {
    syntax: "--member <MEMBER>",
    help: "member of the cluster to create it on; see list-members (default: the engine spreads instances)",
    value: memberNameSchema.optional(),
    excludes: ["group"],
    names: ["member"],
  },
  group: {
    syntax: "--group <GROUP>",
    help: "group of members from which the engine chooses one; see list-members (default: all members)",
    value: memberNameSchema.optional(),
  },
  keepOnFailure: {
    syntax: "--keep-on-failure",
    help: "keep an instance that does not become ready, for inspection",
    value: flag,
  },
  ttlSeconds: {
    syntax: "--ttl <TIME>",
    help: "time after which each instance is destroyed unless extended, for example 45m or 2h (default: as your quota says, or never)",
    value: durationOrNever(longestDurationSeconds).optional(),
  },
} as const;
