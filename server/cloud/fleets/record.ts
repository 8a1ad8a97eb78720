import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { fleetApplySchema } from "../../../protocol/methods/fleet";
import { nameSchema, timeSchema, uidSchema } from "../../../protocol/methods/values/name";
import { Queue } from "../../support/concurrency/turns";
import { namingFileSystem } from "../../support/files/file-system-fault";
import { replaceFile } from "../../support/files/json-file";
import { ensureFolder } from "../../support/files/make-folder";
import { syncFolder } from "../../support/files/sync";
import { accountFields } from "../access/account";
import { instanceRecordSchema } from "../instances/records/record";
import { heldLeaseSchema, ttlSchema } from "../lifetimes/lifetime";
import { claimFields } from "../ownership/claim";
import type { DamagedFiles } from "../state/damaged-files";

/** The desired state of a fleet: the parameters of `fleet.apply`, without its identity and its lifetime. */
const specSchema = fleetApplySchema
  .omit({
    name: true,
    clientToken: true,
    uid: true,
    serverId: true,
    ttlSeconds: true,
    noTtl: true,
    lease: true,
  })
  .omit({ attempt: true, owner: true, patienceSeconds: true, replaces: true })
  .extend({
    /** SHA-256 of the userData in hexadecimal. */
    userDataDigest: z.string().optional(),
    // As it was checked when it came: earlier releases accepted texts that are refused now.
    userData: z.string().optional(),
  });
export type FleetSpec = z.output<typeof specSchema>;

/**
 * The record of a fleet. Every phase except `settled` is an intent, recorded before the engine is called: a daemon that
 * finds `creating` or `destroying` at its start destroys the whole fleet, one that finds `changing` destroys the members
 * whose own phases are intents.
 */
const fleetRecordSchema = z.strictObject({
  phase: z.enum(["creating", "changing", "settled", "destroying"]),
  uid: uidSchema,
  name: nameSchema,
  createdAt: timeSchema,
  ...accountFields,
  ...claimFields,
  spec: specSchema,
  ttl: ttlSchema.optional(),
  lease: heldLeaseSchema.optional(),
  /** The error of the last change. */
  failure: z.string().optional(),
  /** The records of the members, which need no files of their own. A member with a file has changed since. */
  members: z.array(instanceRecordSchema),
});
export type FleetFile = z.output<typeof fleetRecordSchema>;
export type FleetRecord = Omit<FleetFile, "members">;
/** What ends it. */
export type FleetLife = Pick<FleetRecord, "ttl" | "lease">;

/** It has the labels of each of thousands of members. */
const largestFleetBytes = 256 * 1024 * 1024;

/** A fleet as `FleetRecords` writes it. */
interface SavedFleet {
  readonly name: string;
  /** Whether its file is removed, or is being removed. */
  readonly isRemoved: boolean;
  readonly file: () => FleetFile;
}

/** The records of one state folder's fleets, `fleets/<name>.json` each. */
export class FleetRecords {
  readonly #folder: string;
  /** Files are written one after the other, so that the last state is written last. */
  readonly #writes = new Queue();

  constructor(
    stateFolder: string,
    private readonly damaged: DamagedFiles,
  ) {
    this.#folder = join(stateFolder, "fleets");
  }

  /** Reads all records. Sets damaged ones aside. */
  async all(): Promise<FleetFile[]> {
    const entries = await this.damaged.makeFolder(this.#folder, 0o700);
    const fleets: FleetFile[] = [];
    const ids = new Set<number>();
    for (const entry of entries.filter((name) => name.endsWith(".json")).sort()) {
      const fleet = await this.damaged.read(join(this.#folder, entry), fleetRecordSchema, {
        mostBytes: largestFleetBytes,
        check: (found) => problemOf(found, entry, ids),
      });
      if (fleet !== undefined) {
        fleets.push(fleet);
        fleet.members.forEach(({ id }) => ids.add(id));
      }
    }
    return fleets;
  }

  /** Writes a fleet in its state at that moment, with one sync, whatever its size. Writes nothing for a removed one. */
  async save(fleet: SavedFleet): Promise<void> {
    await this.#writes.take(async () => {
      if (!fleet.isRemoved) {
        // The file system may have refused to create it at the start.
        await ensureFolder(this.#folder, 0o700);
        await replaceFile(this.#pathOf(fleet.name), `${JSON.stringify(fleet.file())}\n`, 0o600);
      }
    });
  }

  async remove(name: string): Promise<void> {
    await this.#writes.take(() =>
      namingFileSystem(this.#pathOf(name), async () => {
        await rm(this.#pathOf(name), { force: true });
        await syncFolder(this.#folder);
      }),
    );
  }

  #pathOf(name: string): string {
    return join(this.#folder, `${name}.json`);
  }
}

/** @param taken ids of other fleets' members. */
function problemOf(
  { name, members }: FleetFile,
  entry: string,
  taken: ReadonlySet<number>,
): string | undefined {
  if (entry !== `${name}.json`) {
    return `it is the file of the fleet ${name}`;
  }
  const foreign = members.find(({ fleet }) => fleet?.name !== name);
  if (foreign !== undefined) {
    return `instance ${foreign.id} in it is not of this fleet`;
  }
  const ids = members.map(({ id }) => id);
  const repeated = ids.find((id, index) => taken.has(id) || ids.indexOf(id) !== index);
  return repeated === undefined ? undefined : `instance ${repeated} is in it twice, or in another fleet`;
}
