import * as z from "zod";

export const isolateInstanceOption = {
  syntax: "--isolate <SCOPE>",
  help: 'which instances reach it: "stack" for the isolated ones of its stack (default: all of yours that are not isolated)',
  value: z.enum(["stack"], 'expected "stack"').optional(),
} as const;

export const isolateFleetOption = {
  syntax: "--isolate <SCOPE>",
  help: 'which instances reach the members: "fleet" or "stack" (default: all of yours that are not isolated)',
  value: z.enum(["stack", "fleet"], 'expected "stack" or "fleet"').optional(),
} as const;
