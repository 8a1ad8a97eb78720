import { MccError } from "../../../protocol/error";
import type { FormerMarks, TakeableContainer, TakesOver } from "../driver";
import type { EarlierCommands } from "./commands/earlier-commands";
import type { Vz } from "./commands/vz";
import { formatMetadata, parseMetadata } from "./configuration/metadata";
import type { Containers } from "./containers/containers";
import type { ContainerCreation } from "./create";
import { ofContainer } from "./host";

/** Takes over foreign containers. They get the description of this daemon's containers. */
export class TakeOver implements TakesOver {
  constructor(
    private readonly serverId: string,
    private readonly vz: Vz,
    private readonly parts: {
      readonly containers: Containers;
      readonly creation: ContainerCreation;
      readonly earlier: EarlierCommands;
    },
  ) {}

  async find(engineId: string): Promise<TakeableContainer> {
    const { own, foreign } = await this.parts.containers.look();
    const ours = [...own.values()].find(({ ctid, name }) => [ctid, name].includes(engineId));
    if (ours !== undefined) {
      throw new MccError("conflict", `The container "${engineId}" is this server's instance ${ours.id}.`);
    }
    const found =
      foreign.find(({ ctid }) => ctid === engineId) ?? foreign.find(({ name }) => name === engineId);
    if (found === undefined) {
      const others = foreign.map(({ ctid, name }) => (name === undefined ? ctid : `${ctid} (${name})`));
      throw new MccError(
        "not-found",
        `The engine has no container "${engineId}". Foreign containers: ${others.join(", ") || "none"}.`,
      );
    }
    const { ctid, ...container } = found;
    refuseOtherServers(ctid, found.description);
    const variables = await (await this.vz.host()).containerVariables(ctid);
    await this.#refuseOtherPlace(ctid, variables?.get("VE_ROOT"));
    return { engineId: ctid, ...container, type: variables?.get("ORIGIN_SAMPLE")?.toLowerCase() };
  }

  async take(engineId: string, { id, uid }: { id: number; uid: string }): Promise<void> {
    const target = { id, ctid: engineId };
    const { assignment } = await this.vz.generation();
    const description = formatMetadata({ serverId: this.serverId, id, uid }, assignment);
    await this.vz.set(target, ["--description", description]);
    this.parts.containers.add(target);
  }

  async giveBack(id: number, { name, description = "" }: FormerMarks): Promise<void> {
    const { containers, earlier, creation } = this.parts;
    await earlier.end(id);
    const taken = (await containers.look()).own.get(id);
    if (taken === undefined) {
      return;
    }
    try {
      if (name !== undefined && taken.name !== name) {
        await creation.names.take(name, () => this.vz.set(taken, ["--name", name]));
      }
      await this.vz.set(taken, ["--description", description]);
    } catch (error) {
      if (!MccError.hasCode(error, "not-found")) {
        throw error;
      }
    }
    containers.remove(id);
  }

  /** If vzctl mounted the root elsewhere, the driver would read and write in the wrong folder. */
  async #refuseOtherPlace(ctid: string, root: string | undefined): Promise<void> {
    const expected = (await this.vz.host()).root(ctid);
    const actual = ofContainer(root ?? expected, ctid);
    if (actual !== expected) {
      throw new MccError(
        "conflict",
        `The container ${ctid} has its root at ${actual}, not at ${expected} as in this host's configuration; remove VE_ROOT from ${ctid}.conf while it is stopped.`,
      );
    }
  }
}

function refuseOtherServers(ctid: string, description: string | undefined): void {
  const owner = parseMetadata(description)?.serverId;
  if (owner !== undefined) {
    throw new MccError(
      "conflict",
      `The container ${ctid} belongs to another MiniCloud server, ${owner.slice(0, 8)}…; if that server no longer exists: vzctl set ${ctid} --description "" --save.`,
    );
  }
}
