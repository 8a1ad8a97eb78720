import type { Client, Instance } from "../../client";
import type { DriverName, Host } from "../hosts/host";

/** What a client knows after its call: the daemon has said so, has reported an error, or has not answered. */
export type Answer = "done" | "failed" | "unanswered";

/** The surroundings of one try. */
export interface Scene {
  readonly client: Client;
  readonly host: Host;
  /** Unique for the try: the client token of its creates. */
  readonly token: string;
  /** Whether the daemon has been restarted since the operation. */
  readonly isRestarted: boolean;
}

/** What the operation began with. */
export interface Before {
  readonly instance?: Instance;
  /** Its limits in the form of the engine. */
  readonly limits?: string | undefined;
}

/** A piece of work of the daemon whose steps fail once. */
export interface Operation {
  /** For the documentation. */
  readonly title: string;
  readonly drivers: readonly DriverName[];
  /** Creates what the operation needs, before any fault. */
  prepare(scene: Scene): Promise<Before>;
  /** The call of a client. Resolves when the daemon has said that it is done. */
  act(scene: Scene, before: Before): Promise<unknown>;
  /**
   * Asserts that the daemon's answer was true. Called right after the answer, and again after the daemon's restart
   * unless containers end with the daemon.
   */
  check(scene: Scene, before: Before, answer: Answer): Promise<void>;
  /** Asks again, as a client does that got no success, and asserts that the operation is done, once. */
  again(scene: Scene, before: Before, answer: Answer): Promise<void>;
}
