import { MccError } from "../../../../protocol/error";
import { SharedWork } from "../../../support/concurrency/shared-work";
import type { Api } from "../api/api";
import { anythingSchema } from "../api/types";

/** A member that answers does so in milliseconds, and under load in a second or two. */
const probeMs = 5_000;

/**
 * Finds out which members do not answer. Without a connection to a member, the engine itself waits for it until it counts as
 * offline, and holds up every list for that time.
 */
export class SilentMembers {
  readonly #probes = new SharedWork<string, boolean>();

  constructor(private readonly api: Api) {}

  /**
   * Returns those of the members that do not answer.
   *
   * @throws MccError if the engine itself does not answer: then nothing is known of its members.
   */
  async among(members: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    if (members.size === 0) {
      return new Set();
    }
    await this.api.get(anythingSchema, "/1.0/cluster/members", { timeoutMs: probeMs });
    const silent = await Promise.all(
      [...members].map(async (member) => ((await this.#isSilent(member)) ? [member] : [])),
    );
    return new Set(silent.flat());
  }

  async #isSilent(member: string): Promise<boolean> {
    return await this.#probes.run(member, async () => {
      try {
        await this.api.call(anythingSchema, "GET", "/1.0", {
          query: { target: member },
          timeoutMs: probeMs,
          asksOne: true,
        });
        return false;
      } catch (error) {
        return MccError.hasCode(error, "timeout") || MccError.hasCode(error, "unreachable");
      }
    });
  }
}
