import type { PlainReadiness } from "../../../protocol/instance-state";
import type { Rung } from "../../../protocol/readiness";
import { type CommandOptions, commandProbe } from "./command-probe";
import { httpProbe } from "./http-probe";
import { type Probe, quickPace } from "./probe";
import { sshProbe } from "./ssh-probe";
import { addressProbe, tcpProbe } from "./tcp-probe";

const plainProbes: Readonly<Record<PlainReadiness, Probe>> = {
  // A start resolves once the first process runs.
  running: { ...quickPace, look: () => Promise.resolve(undefined) },
  address: addressProbe,
  ssh: sshProbe(),
};

export function probeOfRung(rung: Rung, { hideOutput }: CommandOptions = {}): Probe {
  if (typeof rung === "string") {
    return plainProbes[rung];
  }
  if ("tcp" in rung) {
    return tcpProbe(rung.tcp);
  }
  return "http" in rung ? httpProbe(rung) : commandProbe(rung.command, { hideOutput });
}
