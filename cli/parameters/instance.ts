import * as z from "zod";
import { formatDuration } from "../../protocol/duration";
import { defaultOf } from "../../protocol/methods/default-of";
import { duration, instanceText } from "./values";

/** Defines options and arguments of several commands for instances. */

export const oneInstance = {
  syntax: "<INSTANCE>",
  help: "id or name of an instance",
  value: instanceText,
  names: ["instance"],
} as const;

export const someInstances = {
  syntax: "<INSTANCE...>",
  help: "ids or names of instances",
  value: z.array(instanceText),
  names: ["instance"],
} as const;

const defaultGrace = formatDuration(defaultOf("instance.stop", "graceSeconds"));

export const graceOption = {
  syntax: "--grace <TIME>",
  help: `time limit for a clean shutdown, for example 30s or 2m; then it is forced (default: ${defaultGrace})`,
  value: duration(600, 0).optional(),
} as const;
