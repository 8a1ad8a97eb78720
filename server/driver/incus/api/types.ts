import { z } from "zod";

/** The numbers of states and results that matter here. */
export const statusCodes = { running: 103, stopped: 102, error: 112, success: 200 } as const;

/** The envelope of each answer. `metadata` has the rest. */
export const envelopeSchema = z.object({
  type: z.enum(["sync", "async", "error"]),
  error_code: z.number().default(0),
  error: z.string().default(""),
  metadata: z.unknown(),
});

/** GET /1.0. An untrusted client gets less. */
export const serverSchema = z.object({
  auth: z.string(),
  api_extensions: z.array(z.string()).default([]),
  environment: z
    .object({
      server: z.string().default(""),
      server_version: z.string().default(""),
      server_name: z.string().default(""),
      server_clustered: z.boolean().default(false),
      /** Of the cluster, or of the only server. */
      certificate_fingerprint: z.string().default(""),
      kernel_architecture: z.string().default("x86_64"),
    })
    .prefault({}),
});
export type Server = z.infer<typeof serverSchema>;

const texts = z.record(z.string(), z.string());

export const instanceSchema = z.object({
  name: z.string(),
  status: z.string(),
  status_code: z.number(),
  /** `none` without a cluster. */
  location: z.string().default(""),
  project: z.string().default(""),
  created_at: z.string().default(""),
  // Of an instance whose member does not answer, a list has neither.
  config: texts.nullish().transform((config) => config ?? {}),
  devices: z
    .record(z.string(), texts)
    .nullish()
    .transform((devices) => devices ?? {}),
});
export type ApiInstance = z.infer<typeof instanceSchema>;

export const instancesSchema = z.array(instanceSchema);

export const operationSchema = z.object({
  id: z.string(),
  /** `task`, `websocket` or `token`. */
  class: z.string().default("task"),
  status_code: z.number(),
  /** The member that works on it. */
  location: z.string().default(""),
  err: z.string().default(""),
  resources: z.record(z.string(), z.array(z.string()).nullable()).nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});
export type Operation = z.infer<typeof operationSchema>;

/** GET /1.0/operations?recursion=1: lists by their state. */
export const operationsSchema = z.record(z.string(), z.array(operationSchema).nullable());

export const imageSchema = z.object({
  fingerprint: z.string(),
  size: z.number(),
  uploaded_at: z.string(),
  properties: texts.nullish(),
});
export type ApiImage = z.infer<typeof imageSchema>;

export const imagesSchema = z.array(imageSchema);

export const poolSchema = z.object({ name: z.string(), driver: z.string(), config: texts.nullish() });

export const resourcesOfPoolSchema = z.object({
  space: z.object({ used: z.number().default(0), total: z.number().default(0) }).optional(),
});

export const clusterMemberSchema = z.object({
  server_name: z.string(),
  status: z.string(),
  groups: z.array(z.string()).nullish(),
});
export type ClusterMember = z.infer<typeof clusterMemberSchema>;
export const clusterMembersSchema = z.array(clusterMemberSchema);

export const resourcesSchema = z.object({
  cpu: z.object({ total: z.number() }).optional(),
  memory: z.object({ total: z.number(), used: z.number() }).optional(),
});

export const projectSchema = z.object({ name: z.string(), config: texts.nullish() });

export const networkSchema = z.object({ name: z.string(), managed: z.boolean().default(false) });

export const eventSchema = z.object({
  type: z.string(),
  metadata: z.object({ action: z.string(), source: z.string() }),
});

/** The answer of an exec with websockets: the secrets of its streams. */
export const execMetadataSchema = z.object({
  fds: z.object({ "0": z.string(), "1": z.string(), "2": z.string(), control: z.string() }),
});

/** Accepts any metadata. */
export const anythingSchema = z.unknown();
