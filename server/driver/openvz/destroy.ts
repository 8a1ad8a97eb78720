import type { Bridge } from "./bridge";
import { commands, type EngineCommand, type Target } from "./commands/command";
import type { EarlierCommands } from "./commands/earlier-commands";
import type { ExitKind } from "./commands/exit-meaning";
import { failureOf } from "./commands/runner";
import type { Vz } from "./commands/vz";
import type { Variables } from "./configuration/file";
import { parseMetadata } from "./configuration/metadata";
import type { Containers, Look } from "./containers/containers";
import type { UnfinishedRecord, UnfinishedRecords } from "./containers/unfinished-records";
import { findUnlisted, recordIn } from "./containers/unlisted-container";
import { addressesOf } from "./host";
import type { BeforeDestroy, RootWork } from "./root-work/root-work";
import type { RunRemains } from "./run-remains";

/** The obstacles to `destroy`, and the commands that remove them. */
const clearances: Readonly<Partial<Record<ExitKind, (target: Target) => EngineCommand>>> = {
  running: commands.kill,
  mounted: commands.unmount,
};
/** Each obstacle once, and once more for one that appears again, as a mount does after a kill. */
const mostClearances = 4;

/** Removes containers in any state. */
export class Destruction {
  constructor(
    private readonly serverId: string,
    private readonly vz: Vz,
    private readonly work: RootWork,
    private readonly records: UnfinishedRecords,
    private readonly containers: Containers,
    private readonly earlier: EarlierCommands,
    private readonly runRemains: RunRemains,
    private readonly bridge: Bridge,
  ) {}

  /** Removes a container. No container is a success. A foreign container with the same id is never touched. */
  async destroy(id: number): Promise<void> {
    await this.earlier.end(id);
    const look = await this.containers.look();
    const listed = look.own.get(id);
    if (this.records.get(id) === undefined) {
      const found = await this.#find(id, listed);
      if (found !== undefined) {
        // The list stops showing a container before it is removed completely.
        await this.records.writeAnyway(found);
      }
    }
    const record = this.records.get(id);
    if (record !== undefined) {
      await this.#destroyRecorded(record, listed?.running === true, look);
      await this.records.remove(id);
    }
    this.containers.remove(id);
  }

  async #find(id: number, listed: Target | undefined): Promise<UnfinishedRecord | undefined> {
    const host = await this.vz.host();
    if (listed === undefined) {
      return await findUnlisted(host, this.serverId, id);
    }
    return recordIn((await host.containerVariables(listed.ctid)) ?? new Map(), listed);
  }

  /** The container may have a configuration, or files, or both. They decide whether the list shows it. */
  async #destroyRecorded(record: UnfinishedRecord, isRunning: boolean, look: Look): Promise<void> {
    const host = await this.vz.host();
    const variables = await host.containerVariables(record.ctid);
    let before: BeforeDestroy | undefined;
    if (variables !== undefined) {
      if (!(await this.#isOurs(variables, record))) {
        return;
      }
      before = await this.work.beginDestroy(record.ctid, variables);
      await this.#destroyConfigured(record, isRunning);
    }
    await this.work.finishDestroy(record, before, variables);
    await this.runRemains.remove(record.ctid);
    const addresses = record.addresses ?? addressesOf(variables ?? new Map());
    const inUse = addressesInUse(look, record.id);
    await this.bridge.removeRoutes(
      record.ctid,
      addresses.filter((address) => !inUse.has(address)),
    );
  }

  /** Another owner may have got the id since it was recorded. */
  async #isOurs(variables: Variables, record: UnfinishedRecord): Promise<boolean> {
    const metadata = parseMetadata(variables.get("DESCRIPTION"));
    return metadata === undefined
      ? (await this.vz.generation()).isHalfMade(variables, record)
      : metadata.serverId === this.serverId && metadata.id === record.id;
  }

  /** @param isRunning from the list: saves a `destroy` that would be refused. */
  async #destroyConfigured(target: Target, isRunning: boolean): Promise<void> {
    const command = commands.destroy(target);
    if (isRunning) {
      await this.vz.run(commands.kill(target));
    }
    for (let cleared = 0; ; cleared += 1) {
      const ended = await this.vz.attempt(command);
      if (command.successes?.includes(ended.exitCode) === true) {
        return;
      }
      const clear = clearances[ended.meaning?.kind ?? "other"];
      if (clear === undefined || cleared === mostClearances) {
        throw failureOf(command, ended);
      }
      await this.vz.run(clear(target));
    }
  }
}

/** Returns the addresses of all containers on the host but one. */
function addressesInUse({ own, foreign }: Look, id: number): Set<string> {
  const others = [...own.values()].filter((container) => container.id !== id);
  return new Set(
    [...others.flatMap(({ listed }) => listed ?? []), ...foreign].flatMap((row) => row.ipAddresses),
  );
}
