import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";
import { MccError } from "../../../../protocol/error";
import type { Vz } from "../commands/vz";
import { readVariables, type Variables } from "../configuration/file";
import { parseMetadata } from "../configuration/metadata";
import { exists } from "../host";
import { areaPaths } from "../leftovers";
import type { Claims } from "./claims";

/** Decides which containers the root program may change. It trusts no word of the daemon, only files of root. */
export class Guard {
  constructor(
    private readonly vz: Vz,
    private readonly claims: Claims,
  ) {}

  /**
   * Returns the configuration of a container of MiniCloud: it has MiniCloud's description, or the daemon reserved its id
   * and it has no description yet.
   *
   * @returns undefined if the container has no configuration.
   * @throws MccError `forbidden` for any other container.
   */
  async ownVariables(ctid: string): Promise<Variables | undefined> {
    const variables = await (await this.vz.host()).containerVariables(ctid);
    if (variables === undefined) {
      return undefined;
    }
    const description = variables.get("DESCRIPTION") ?? "";
    const isOwn = description === "" ? await this.claims.has(ctid) : parseMetadata(description) !== undefined;
    if (!isOwn) {
      throw new MccError("forbidden", `The container ${ctid} is not MiniCloud's; it was not changed.`);
    }
    return variables;
  }

  /** @throws MccError `conflict` for a container that runs: it could replace folders while root works in them. */
  async refuseRunning(ctid: string): Promise<void> {
    const isRunning = (await this.vz.isOpenvzKernel())
      ? (await this.#table()).includes(ctid)
      : await this.vz.controlGroups.areInUse(ctid);
    if (isRunning) {
      throw new MccError(
        "conflict",
        `The container ${ctid} runs; its files can only be changed from inside.`,
      );
    }
  }

  /** @throws MccError `forbidden` for files without a configuration, unless MiniCloud's container had them. */
  async refuseForeignArea(ctid: string, area: string): Promise<void> {
    const found = await Promise.all(areaPaths(area).map(exists));
    if (found.includes(true) && !(await this.claims.has(ctid))) {
      throw new MccError("forbidden", `The files at ${area} are not MiniCloud's; they were not removed.`);
    }
  }

  /** Returns the configuration that `vzctl destroy` left; undefined if there is none. */
  async destroyedVariables(ctid: string): Promise<Variables | undefined> {
    const host = await this.vz.host();
    return await readVariables(
      join(host.containerFolder, `${ctid}.conf.destroyed`),
      (await this.vz.generation()).syntax,
    );
  }

  async #table(): Promise<(string | undefined)[]> {
    const text = (await unlessErrno(readFile(this.vz.places.veinfo, "utf8"), "ENOENT")) ?? "";
    return text.split("\n").map((line) => line.trim().split(/\s+/)[0]);
  }
}
