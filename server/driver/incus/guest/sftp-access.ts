import type { DriverLog } from "../../driver";
import type { Api } from "../api/api";
import type { InstanceNames } from "../instances/names";
import { SftpSession } from "./sftp-session";

/** Opens sessions of SFTP. Releases of the engine do not tell whether they have it, and proxies may refuse it. */
export class SftpAccess {
  #isRefused = false;
  #hasEverWorked = false;

  constructor(
    private readonly api: Pick<Api, "upgrade">,
    private readonly names: InstanceNames,
    private readonly log: DriverLog,
  ) {}

  /** @returns undefined if the engine opens none: then its calls for single files must do. */
  async open(id: number): Promise<SftpSession | undefined> {
    if (this.#isRefused) {
      return undefined;
    }
    try {
      const stream = await this.api.upgrade(`/1.0/instances/${this.names.of(id)}/sftp`, "sftp");
      const session = await SftpSession.open(stream);
      this.#hasEverWorked = true;
      return session;
    } catch (error) {
      this.log.debug({ err: error, instance: id }, "the engine opened no session of SFTP");
      return undefined;
    }
  }

  /** The other calls worked where no session was opened, so the instance was not the reason. */
  noteOtherWay(): void {
    this.#isRefused = !this.#hasEverWorked;
  }
}
