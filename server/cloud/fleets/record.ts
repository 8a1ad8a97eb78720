import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { fleetApplySchema } from "../../../protocol/methods/fleet";
import { nameSchema, timeSchema, uidSchema } from "../../../protocol/methods/name";
import { namingFileSystem } from "../../support/files/file-system-fault";
import { replaceFile, syncFolder } from "../../support/files/json-file";
import { ensureFolder } from "../../support/files/make-folder";
import { instanceRecordSchema } from "../instances/record";
import { heldLeaseSchema, ttlSchema } from "../lifetimes/lifetime";
import { claimFields } from "../ownership/claim";
import type { DamagedFiles } from "../state/damaged-files";

/** What a fleet is to be: what `fleet.apply` was given, without which fleet is meant and how long it lives. */
const specSchema = fleetApplySchema
  .omit({ name: true, clientToken: true, uid: true, serverId: true, ttlSeconds: true, lease: true })
  .omit({ attempt: true, owner: true, patienceSeconds: true, replaces: true })
  .extend({
    /** SHA-256 of the userData in hexadecimal. */
    userDataDigest: z.string().optional(),
  });
export type FleetSpec = z.output<typeof specSchema>;

/**
 * What the daemon keeps of a fleet. Every phase but `settled` is an intent, recorded before the engine is called: a
 * daemon that finds `creating` or `destroying` at its start sees the whole fleet off, one that finds `changing` sees
 * off the members whose own phases are intents.
 */
const fleetRecordSchema = z.strictObject({
  phase: z.enum(["creating", "changing", "settled", "destroying"]),
  uid: uidSchema,
  name: nameSchema,
  createdAt: timeSchema,
  ...claimFields,
  spec: specSchema,
  ttl: ttlSchema.optional(),
  lease: heldLeaseSchema.optional(),
  /** What the last change failed with. */
  failure: z.string().optional(),
  /** The records of the members, for which no file of their own is needed. One that there is has changed since. */
  members: z.array(instanceRecordSchema),
});
export type FleetFile = z.output<typeof fleetRecordSchema>;
export type FleetRecord = Omit<FleetFile, "members">;
/** How long it lives. */
export type FleetLife = Pick<FleetRecord, "ttl" | "lease">;

/** Each of thousands of members has labels of its own in it. */
const largestFleetBytes = 256 * 1024 * 1024;

/** A fleet that has a file. */
interface SavedFleet {
  readonly name: string;
  /** Whether its file is removed, or about to be. */
  readonly isRemoved: boolean;
  readonly file: () => FleetFile;
}

/** The records of one state folder's fleets, `fleets/<name>.json` each. */
export class FleetRecords {
  readonly #folder: string;
  /** One file after the other: what is written last is what was last. */
  #last: Promise<void> = Promise.resolve();

  constructor(
    stateFolder: string,
    private readonly damaged: DamagedFiles,
  ) {
    this.#folder = join(stateFolder, "fleets");
  }

  /** Damaged ones are set aside. */
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

  /** Writes the fleet as it is then, with one sync, however many members there are; nothing for one that was removed. */
  async save(fleet: SavedFleet): Promise<void> {
    await this.#inTurn(async () => {
      if (!fleet.isRemoved) {
        // The file system may have refused it at the start.
        await ensureFolder(this.#folder, 0o700);
        await replaceFile(this.#pathOf(fleet.name), `${JSON.stringify(fleet.file())}\n`, 0o600);
      }
    });
  }

  async remove(name: string): Promise<void> {
    await this.#inTurn(() =>
      namingFileSystem(this.#pathOf(name), async () => {
        await rm(this.#pathOf(name), { force: true });
        await syncFolder(this.#folder);
      }),
    );
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    await turn;
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
