import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { MccError } from "../../protocol/error";
import { type Key, keySchema } from "../../protocol/methods/key";
import type { MethodResult, ParsedParameters } from "../../protocol/methods/method-table";
import { nameSchema } from "../../protocol/methods/values/name";
import { normalisePublicKey, parsePublicKey } from "../../protocol/public-key";
import { Turns } from "../support/concurrency/turns";
import { isFileSystemFault } from "../support/files/file-system-fault";
import { writeJsonFile } from "../support/files/json-file";
import { ensureFolder } from "../support/files/make-folder";
import { syncFolder } from "../support/files/sync";
import { refuseOtherServer } from "../support/refuse-other-server";
import { type Accounted, accountFields, accountOf, newAccount } from "./access/account";
import type { Caller } from "./access/caller";
import { isOf, isOpenTo, requireOwn } from "./access/rights";
import { requireShare } from "./access/shares";
import {
  type Claim,
  claimFields,
  confirmed,
  isConfirmedAs,
  isLeftBy,
  newClaim,
  released,
} from "./ownership/claim";
import type { Claimable, Claims } from "./ownership/claims";
import type { DamagedFiles } from "./state/damaged-files";

const recordSchema = keySchema.extend({
  name: nameSchema,
  publicKey: z.string().regex(/^[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( [^\p{Cc}]*)?$/u, "expected a public key"),
  ...accountFields,
  ...claimFields,
  /** A change that has not reached every instance yet; the next daemon finishes it. */
  unfinished: z.enum(["update", "removal"]).optional(),
  /** The texts that instances can still have while a change is not finished. */
  formerPublicKeys: z.array(z.string()).optional(),
});
type KeyRecord = z.infer<typeof recordSchema>;
type Target = ParsedParameters<"key.get">;

/** A change of a key that its instances must get. */
export interface KeyChange {
  readonly keyName: string;
  readonly removed: boolean;
  /** The texts of the key before the change. */
  readonly former: readonly string[];
}

/** Writes the keys again into every instance that has a key, after that key was changed or removed. */
export type Carriers = (change: KeyChange) => Promise<void>;

/** Returns the instances and fleets that name a key, also one that was removed. */
export type NamedBy = (keyName: string) => readonly Accounted[];

/** The named public keys, each in a file in `<state>/keys`. */
export class Keys {
  readonly #folder: string;
  readonly #serverId: string;
  readonly #records = new Map<string, KeyRecord>();
  /** Changes of one key run one after the other, because each reads before it writes. */
  readonly #turns = new Turns<string>();

  private constructor(
    folder: string,
    serverId: string,
    private readonly claims: Claims,
  ) {
    this.#folder = folder;
    this.#serverId = serverId;
  }

  static async open(
    stateFolder: string,
    serverId: string,
    claims: Claims,
    damaged: DamagedFiles,
  ): Promise<Keys> {
    const keys = new Keys(join(stateFolder, "keys"), serverId, claims);
    const files = await damaged.makeFolder(keys.#folder, 0o700);
    for (const file of files.filter((name) => name.endsWith(".json"))) {
      const record = await damaged.read(join(keys.#folder, file), recordSchema, {
        check: ({ name }) => (file === `${name}.json` ? undefined : "it is the file of another key"),
      });
      if (record !== undefined) {
        keys.#records.set(record.name, record);
      }
    }
    return keys;
  }

  list(caller: Caller): Key[] {
    return [...this.#records.values()]
      .filter((record) => isOpenTo(caller, record))
      .sort((one, other) => (one.name < other.name ? -1 : 1))
      .map(describe);
  }

  records(): KeyRecord[] {
    return [...this.#records.values()];
  }

  get(caller: Caller, target: Target): Key {
    const record = this.#find(caller, target);
    if (record === undefined) {
      throw this.#notFound(caller, target.name);
    }
    return describe(record);
  }

  /** @throws MccError `not-found` that names the missing keys, and lists those that the caller may see. */
  requireAll(caller: Caller, names: readonly string[]): void {
    const missing = names.filter((name) => !this.#records.has(name));
    if (missing.length > 0) {
      throw this.#notFound(caller, missing.join(", "));
    }
  }

  /** @throws MccError `forbidden` for keys of another account; as `requireAll` does. */
  requireOpenTo(caller: Caller, names: readonly string[]): void {
    this.requireAll(caller, names);
    names.forEach((name) => requireOwn(caller, this.#records.get(name) ?? {}, `The key "${name}"`));
  }

  /** Returns the texts of the named keys. @throws MccError `not-found` that names the missing ones. */
  publicKeys(names: readonly string[]): string[] {
    const missing = names.filter((name) => !this.#records.has(name));
    if (missing.length > 0) {
      throw new MccError(
        "not-found",
        `No key "${missing.join(", ")}": it was removed, or its file was lost.`,
      );
    }
    return names.flatMap((name) => this.#records.get(name)?.publicKey ?? []);
  }

  /** Returns the texts of those named keys that exist: the file of a key in use may have been damaged. */
  keptPublicKeys(names: readonly string[]): string[] {
    return this.publicKeys(names.filter((name) => this.#records.has(name)));
  }

  /** @throws MccError `conflict` for a name that a key, or what another account made, has; `exhausted` for a user's share. */
  async add(
    caller: Caller,
    parameters: ParsedParameters<"key.add">,
    namedBy: NamedBy = () => [],
  ): Promise<Key> {
    const publicKey = normalisePublicKey(parameters.publicKey);
    const found = await this.claims.takeUp(
      parameters,
      () => this.#madeBy(caller, parameters),
      ({ record }) =>
        this.#turns.take(record.name, () => this.#write(this.#records.get(record.name) ?? record)),
    );
    if (found !== undefined && found.record.name !== parameters.name) {
      const { name } = found.record;
      throw new MccError(
        "conflict",
        `This client token created the key "${name}" already; remove that key first (mcc destroy-key -n ${name}), or keep its name.`,
      );
    }
    return await this.#turns.take(parameters.name, async () => {
      await this.#release(caller, parameters);
      const made = this.#madeBy(caller, parameters);
      if (made?.record.name === parameters.name) {
        this.claims.refuseOthers(made, parameters);
        return describe(made.record);
      }
      const existing = this.#records.get(parameters.name);
      if (existing !== undefined && !isOpenTo(caller, existing)) {
        throw new MccError(
          "conflict",
          `The name "${parameters.name}" is taken by a key of another account; choose another name.`,
        );
      }
      if (existing !== undefined) {
        throw new MccError(
          "conflict",
          `The key "${parameters.name}" exists already (${existing.fingerprint}); choose another name, or change it (mcc update-key -n ${parameters.name}).`,
        );
      }
      requireShare(caller, "key", this.#records.values());
      // A fleet keeps the name of a removed key. Its next members would let the owner of the new key in.
      if (namedBy(parameters.name).some((record) => !isOpenTo(caller, record))) {
        throw new MccError(
          "conflict",
          `The name "${parameters.name}" is taken by a removed key of another account, which its fleets or instances still name; choose another name.`,
        );
      }
      return await this.#write({
        uid: randomBytes(16).toString("hex"),
        name: parameters.name,
        ...describeKey(publicKey),
        createdAt: new Date().toISOString(),
        ...newAccount(caller.account),
        ...newClaim(parameters),
      });
    });
  }

  async confirm(caller: Caller, { owner, ...target }: ParsedParameters<"key.confirm">): Promise<Key> {
    return await this.#turns.take(target.name, async () => {
      const existing = this.#find(caller, target);
      if (existing === undefined) {
        throw this.#notFound(caller, target.name);
      }
      return isConfirmedAs(existing, owner)
        ? describe(existing)
        : await this.#write({ ...existing, ...confirmed(owner) });
    });
  }

  /** Recorded first, so that instances created in the meantime get the new key. */
  async update(caller: Caller, parameters: ParsedParameters<"key.update">, carriers: Carriers): Promise<Key> {
    const publicKey = normalisePublicKey(parameters.publicKey);
    return await this.#turns.take(parameters.name, async () => {
      const existing = this.#find(caller, parameters);
      if (existing === undefined) {
        throw this.#notFound(caller, parameters.name);
      }
      const formerPublicKeys = [...new Set(textsOf(existing))];
      return await this.#spread({ ...existing, ...describeKey(publicKey), formerPublicKeys }, carriers);
    });
  }

  async remove(caller: Caller, target: Target, carriers: Carriers): Promise<MethodResult<"key.remove">> {
    return await this.#turns.take(target.name, async () => {
      const existing = this.#find(caller, target);
      if (existing === undefined) {
        return { removed: false };
      }
      await this.#withdraw(existing, carriers);
      return { removed: true };
    });
  }

  /** Finishes the changes of an earlier daemon that did not reach every instance. */
  async finish(carriers: Carriers): Promise<void> {
    for (const record of [...this.#records.values()]) {
      if (record.unfinished !== undefined) {
        const { unfinished } = record;
        await this.#turns.take(record.name, async () => {
          await (unfinished === "update" ? this.#spread(record, carriers) : this.#withdraw(record, carriers));
        });
      }
    }
  }

  async #spread(record: KeyRecord, carriers: Carriers): Promise<Key> {
    await this.#write({ ...record, unfinished: "update" });
    await carriers({ keyName: record.name, removed: false, former: textsOf(record) });
    return await this.#write({ ...record, unfinished: undefined, formerPublicKeys: undefined });
  }

  async #withdraw(record: KeyRecord, carriers: Carriers): Promise<void> {
    const leaving = { ...record, unfinished: "removal" as const };
    try {
      await this.#write(leaving);
    } catch (error) {
      // A removal needs no free space: without the intent, a killed daemon leaves a key that can be removed again.
      if (!isFileSystemFault(error)) {
        throw error;
      }
    }
    this.#records.delete(record.name);
    try {
      await carriers({ keyName: record.name, removed: true, former: textsOf(record) });
      await rm(this.#path(record.name), { force: true });
      await syncFolder(this.#folder);
    } catch (error) {
      this.#records.set(record.name, leaving);
      throw error;
    }
  }

  /** Removes the owner of a key that stays while this one is created in its place. */
  async #release(caller: Caller, { replaces, owner }: ParsedParameters<"key.add">): Promise<void> {
    const left = this.records().filter(
      (record) => isOf(caller, record) && (record.uid === replaces || isLeftBy(record, owner)),
    );
    for (const record of left) {
      await this.#write({ ...record, ...released(record) });
    }
  }

  #madeBy(caller: Caller, { clientToken, replaces }: ParsedParameters<"key.add">): ClaimableKey | undefined {
    const made = this.records().find(
      (record) =>
        clientToken !== undefined &&
        record.clientToken === clientToken &&
        isOf(caller, record) &&
        record.uid !== replaces,
    );
    return made && new ClaimableKey(made, (record) => this.#records.set(record.name, record));
  }

  #find(caller: Caller, target: Target): KeyRecord | undefined {
    refuseOtherServer(`the key "${target.name}"`, target.serverId, this.#serverId);
    const record = this.#records.get(target.name);
    if (record === undefined || (target.uid !== undefined && record.uid !== target.uid)) {
      return undefined;
    }
    requireOwn(caller, record, `The key "${target.name}"`);
    return record;
  }

  async #write(record: KeyRecord): Promise<Key> {
    // The file system may have refused to create it at the start.
    await ensureFolder(this.#folder, 0o700);
    await writeJsonFile(this.#path(record.name), record);
    this.#records.set(record.name, record);
    return describe(record);
  }

  #path(name: string): string {
    return join(this.#folder, `${name}.json`);
  }

  /** Lists only the keys that the caller may see. */
  #notFound(caller: Caller, name: string): MccError {
    const names = this.list(caller).map((key) => key.name);
    const there = names.length === 0 ? 'no keys yet; add one with "mcc add-key"' : names.join(", ");
    return new MccError("not-found", `No key "${name}". This server has: ${there}.`);
  }
}

/** Returns a key as clients see it. */
function describe(record: KeyRecord): Key {
  return keySchema.parse({ ...record, account: accountOf(record) });
}

function describeKey(publicKey: string): { publicKey: string; fingerprint: string } {
  return { publicKey, fingerprint: parsePublicKey(publicKey).fingerprint };
}

/** Returns all texts of a key that instances can have. */
function textsOf({ publicKey, formerPublicKeys = [] }: KeyRecord): string[] {
  return [...formerPublicKeys, publicKey];
}

/** A key that a client token created. */
class ClaimableKey implements Claimable {
  readonly labels = {};

  constructor(
    public record: KeyRecord,
    private readonly onPassed: (record: KeyRecord) => void,
  ) {}

  get wholeTitle(): string {
    return `Key "${this.record.name}"`;
  }

  get destroyCommand(): string {
    return `mcc destroy-key -n ${this.record.name}`;
  }

  pass(changes: Claim & { uid: string }): void {
    this.record = { ...this.record, ...changes };
    this.onPassed(this.record);
  }
}
