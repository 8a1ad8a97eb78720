import { z } from "zod";

export type { ForeignContainer } from "../types/instance";

/** A container on the daemon's engine that the daemon did not make, and never touches unless told to take it over. */
export const foreignContainerSchema = z.object({
  /** The engine's own. */
  engineId: z.string(),
  /** The engine's own word. */
  status: z.string(),
  name: z.string().optional(),
  hostname: z.string().optional(),
  image: z.string().optional(),
  ipAddresses: z.array(z.string()),
});
