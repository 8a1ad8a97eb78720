import { MccError } from "../../../../protocol/error";
import type { DriverLog } from "../../driver";
import { hardwareAddress } from "../../hardware-address";
import { kernelHostname } from "../../kernel-hostname";
import type { Target } from "../commands/command";
import { engineWords } from "../commands/engine-words";
import type { Vz } from "../commands/vz";
import type { ContainerCreation } from "../create";
import { configuresAddresses, hasUserNamespace, templateOptions } from "../distribution";
import { systemFilesFor } from "../files/system-files";
import { addressesOf } from "../host";
import { nameserverOptions, nameserversIn } from "../name-servers";
import type { Guest } from "./guest";
import { startScript } from "./scripts";

const timeoutMs = 15_000;
const mostWordsBytes = 4096;

/**
 * Gives a container at each start what vzctl's scripts do not: in a user namespace the host name, the name servers and
 * the addresses, elsewhere the addresses of an image that does not configure them itself. vzctl gives such a container
 * its device, `venet0`, which is down and has no address.
 */
export class StartSettings {
  constructor(
    private readonly vz: Vz,
    private readonly guest: Guest,
    private readonly creation: ContainerCreation,
    private readonly log: DriverLog,
  ) {}

  /**
   * Prepares a container that does not run for its start.
   *
   * @param nameservers its name servers from now on. Default: the earlier ones.
   */
  async prepare(target: Target, nameservers: readonly string[] = []): Promise<void> {
    const host = await this.vz.host();
    const variables = (await host.containerVariables(target.ctid)) ?? new Map<string, string>();
    const former = nameserversIn(variables);
    const wanted = nameservers.length > 0 ? nameservers : former;
    const changes = former.join(" ") === wanted.join(" ") ? [] : nameserverOptions(wanted);
    const isShifted = await hasUserNamespace(this.vz, variables);
    if (isShifted) {
      changes.push(...(await templateOptions(host, variables.get("OSTEMPLATE") ?? "")));
    }
    if (changes.length > 0) {
      await this.vz.set(target, changes);
    }
    if (isShifted && !(await this.vz.controlGroups.areInUse(target.ctid))) {
      const settings = {
        hostname: variables.get("HOSTNAME") ?? "",
        nameservers: wanted,
        formerNameservers: former,
      };
      await this.creation.inRoot(target, "written", async (root) =>
        root.write(await systemFilesFor(root, settings)),
      );
    }
  }

  /**
   * Sets up a container that was just started. Repeatable. A failure is only logged, because the container runs, and not
   * every use needs its network.
   */
  async apply(target: Target): Promise<void> {
    const host = await this.vz.host();
    const variables = (await host.containerVariables(target.ctid)) ?? new Map<string, string>();
    const isShifted = await hasUserNamespace(this.vz, variables);
    const addresses = addressesOf(variables);
    const own =
      isShifted ||
      !(await configuresAddresses(this.vz, await this.creation.work.mountedRoot(target.ctid), variables))
        ? addresses
        : [];
    const hostname = isShifted ? kernelHostname(variables.get("HOSTNAME") ?? "") : "";
    if (hostname === "" && own.length === 0) {
      return;
    }
    const hardware = await this.#hardwareAddress(own);
    const reason = await this.#run(target, [hostname, hardware, ...own]);
    if (reason !== undefined) {
      this.log.warn(
        { instance: target.id, container: target.ctid, reason },
        "the host name and the address could not be set from inside the container; the network may not reach it",
      );
    }
  }

  /**
   * Returns the hardware address for a container's device; empty on an OpenVZ kernel, whose device has none. vzctl gives
   * the device another one at each start, and neighbours would send to the earlier one for up to a minute.
   */
  async #hardwareAddress([address]: readonly string[]): Promise<string> {
    return address === undefined || (await this.vz.isOpenvzKernel()) ? "" : hardwareAddress(address);
  }

  /** @returns the reason of a failure. */
  async #run(target: Target, parameters: readonly string[]): Promise<string | undefined> {
    try {
      const { exitCode, stderr } = await this.guest.exec(target, {
        command: ["/bin/sh", "-c", startScript, "sh", ...parameters],
        stdin: Buffer.alloc(0),
        timeoutMs,
        maxOutputBytes: mostWordsBytes,
      });
      return exitCode === 0 ? undefined : engineWords("", Buffer.from(stderr).toString());
    } catch (error) {
      if (MccError.isInstance(error)) {
        return error.message;
      }
      throw error;
    }
  }
}
