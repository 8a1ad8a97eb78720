import { FakeHost } from "./host/fake-host";
import { Death, Exit } from "./launcher/endings";
import type { Launched } from "./launcher/launched";
import { ip } from "./programs/ip";
import { vzctl } from "./programs/vzctl";
import { vzlist } from "./programs/vzlist";

const programs: Readonly<Record<string, (host: FakeHost) => Promise<void>>> = { vzctl, vzlist, ip };

/** Does what a fake command does on the host in the folder. @returns its exit code. */
export async function decide(root: string, command: Launched): Promise<number> {
  try {
    await programs[command.program]?.(new FakeHost(root, command));
    return 0;
  } catch (error) {
    if (error instanceof Exit) {
      // vzlist ends a line of which it has nothing to say, too.
      if (error.stderr !== undefined || command.program === "vzlist") {
        command.say(2, `${error.stderr ?? ""}\n`);
      }
      return error.exitCode;
    }
    if (error instanceof Death) {
      command.kill();
    } else {
      command.say(
        2,
        `the fake ${command.program} failed: ${String(error instanceof Error ? error.stack : error)}\n`,
      );
    }
    return 1;
  }
}
