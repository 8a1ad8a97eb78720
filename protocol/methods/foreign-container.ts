import * as z from "zod";

export type { ForeignContainer } from "../types/instance";

/** A container on the daemon's engine that the daemon did not create. The daemon changes it only to take it over. */
export const foreignContainerSchema = z.object({
  /** The id of the engine. */
  engineId: z.string(),
  /** The status in the words of the engine. */
  status: z.string(),
  name: z.string().optional(),
  hostname: z.string().optional(),
  image: z.string().optional(),
  ipAddresses: z.array(z.string()),
});
