import { MccError } from "../../../protocol/error";
import type { DriverOptions, Finding, Needs } from "../driver";
import { fetchCertificate } from "./access/engine-certificate";
import { readIdentity } from "./access/identity";
import { parseToken } from "./access/token";
import { usesHttps } from "./access/trust";
import { ApiError } from "./api/api-error";
import { readProject } from "./api/read-project";
import { networkSchema, poolSchema } from "./api/types";
import { type Engine, openEngine } from "./engine";
import { localIdsFinding } from "./local-ids";
import { projectConfiguration } from "./project";
import type { EngineSettings } from "./settings";

type Check = (engine: Engine, needs: Needs) => Promise<Finding[]>;

/** Storage drivers without limits for single instances. */
const unlimitedPools = ["dir"];

const checks: readonly Check[] = [
  async ({ settings }, { optional = false }) => (optional ? await localIdsFinding(settings) : []),

  async (engine) => {
    const { project } = engine.settings;
    const found = await readProject(engine.api);
    const lacking = Object.entries(projectConfiguration).filter(
      ([name, value]) => name.startsWith("restricted.") && found?.[name] !== value,
    );
    return found?.["restricted"] !== "true" || lacking.length === 0
      ? []
      : [
          {
            lacking: `the project ${project} forbids what instances need: ${lacking.map(([name]) => name).join(", ")}`,
            remedy: `on a member: lxc project set ${project} ${lacking.map(([name, value]) => `${name}=${value}`).join(" ")}`,
          },
        ];
  },

  async ({ api, settings: { pool } }, { diskLimits = false, optional = false }) => {
    const found = await unlessMissing(api.get(poolSchema, `/1.0/storage-pools/${pool}`));
    if (found === undefined) {
      return [
        {
          lacking: `the engine has no storage pool "${pool}"; it has the instances' disks`,
          remedy: `create it on a member (lxc storage create ${pool} btrfs), or choose another with --engine-pool`,
        },
      ];
    }
    return unlimitedPools.includes(found.driver) && (diskLimits || optional)
      ? [
          {
            lacking: `the storage pool "${pool}" has the driver ${found.driver}, which cannot limit the disk of an instance`,
            remedy: "choose a pool with btrfs, zfs, lvm or ceph with --engine-pool",
            ...(!diskLimits && { optional: true as const }),
          },
        ]
      : [];
  },

  async ({ api, settings: { nic } }) => {
    // Interfaces of members belong to no project.
    const query = { project: "default" };
    const found = await unlessMissing(api.get(networkSchema, `/1.0/networks/${nic.name}`, { query }));
    if (found !== undefined && (nic.kind !== "network" || found.managed)) {
      return [];
    }
    return [
      nic.kind === "network"
        ? {
            lacking: `the engine has no network "${nic.name}"; it connects the instances`,
            remedy: `create it on a member (lxc network create ${nic.name}), or choose another with --engine-nic`,
          }
        : {
            lacking: `the members have no interface "${nic.name}"; it connects the instances`,
            remedy: `create it on each member, or choose another with --engine-nic ${nic.kind}:INTERFACE`,
          },
    ];
  },
];

/**
 * Returns what the engine and this daemon lack to work together, each with the remedy. Changes nothing: a token is not used
 * up.
 */
export async function preflight(
  options: DriverOptions,
  settings: EngineSettings,
  needs: Needs,
): Promise<Finding[]> {
  try {
    if (
      usesHttps(settings) &&
      (await readIdentity(options.folder)) === undefined &&
      settings.token !== undefined
    ) {
      // The rest can be asked only after the first contact.
      await fetchCertificate(settings.urls, parseToken(settings.token).fingerprint, options.commandTimeoutMs);
      return [];
    }
    const engine = await openEngine(options, settings);
    try {
      return (await Promise.all(checks.map((check) => check(engine, needs)))).flat();
    } finally {
      await engine.connection.close();
    }
  } catch (error) {
    return [findingOf(error)];
  }
}

/** The message of an MccError says what failed, and then the remedy. */
function findingOf(error: unknown): Finding {
  if (!MccError.isInstance(error)) {
    throw error;
  }
  const message = error.message.replace(/\.$/, "");
  const end = message.lastIndexOf("; ");
  const lacking = end === -1 ? message : message.slice(0, end);
  return {
    lacking: lacking.charAt(0).toLowerCase() + lacking.slice(1),
    remedy: end === -1 ? "repair the engine, and try again" : message.slice(end + 2),
  };
}

/** A restricted certificate may not see everything. What it may not see is not known to be missing. */
async function unlessMissing<T extends object>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) {
      return undefined;
    }
    throw error;
  }
}
