import type { FakeHost } from "../host/fake-host";
import { Exit } from "../launcher/endings";
import { messages } from "./messages";

/** As vzctl does: looks first, then takes. In between, another command can do the same. */
export async function takeName(host: FakeHost, ctid: string, name: string | undefined): Promise<void> {
  if (name === undefined) {
    return;
  }
  const { nameTaken } = messages[host.behaviour.generation];
  const holder = host.ctidOfName(name);
  if (holder !== undefined && holder !== ctid && host.readConfiguration(holder) !== undefined) {
    throw new Exit(nameTaken, `Conflict: name ${name} already used by container ${holder}`);
  }
  await host.command.pause(1);
  host.unlinkNames(ctid);
  const failed = host.linkName(name, ctid);
  if (failed !== undefined) {
    throw new Exit(nameTaken, `Unable to create link ${host.shown(failed)}: No such file or directory`);
  }
  if (host.behaviour.generation === "v4") {
    host.say(`Name ${name} assigned`);
  }
}
