import { nameSchema } from "../../protocol/methods/values/name";

/** The option that names a key. */
export const keyNameOption = {
  syntax: "-n, --name <NAME>",
  help: "name of the key",
  value: nameSchema,
  required: true,
  names: ["key"],
} as const;
