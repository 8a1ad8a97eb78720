import { byRungKind, type Rung } from "../../../../protocol/methods/values/readiness";
import { type CommandOptions, commandProbe } from "./command-probe";
import { httpProbe } from "./http-probe";
import { type Probe, quickPace } from "./probe";
import { sshProbe } from "./ssh-probe";
import { addressProbe, tcpProbe } from "./tcp-probe";

/** The probe of each rung. */
export function probeOfRung(rung: Rung, { hideOutput }: CommandOptions = {}): Probe {
  return byRungKind<Probe>(rung, {
    // A start resolves once the first process runs.
    running: () => ({ ...quickPace, look: () => Promise.resolve(undefined) }),
    address: () => addressProbe,
    ssh: () => sshProbe(),
    tcp: ({ tcp }) => tcpProbe(tcp),
    http: httpProbe,
    command: ({ command }) => commandProbe(command, { hideOutput }),
  });
}
