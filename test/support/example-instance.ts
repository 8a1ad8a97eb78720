import type { Instance } from "../../protocol/methods/instance";

/** An instance as a daemon describes it. */
export function exampleInstance(changes: Partial<Instance> = {}): Instance {
  return {
    id: 500,
    uid: "a".repeat(32),
    name: "web",
    status: "running",
    ipAddress: "198.18.0.2",
    hostname: "web",
    image: "micro",
    type: "basic",
    keys: [],
    labels: {},
    createdAt: "2026-01-01T00:00:00.000Z",
    sshHostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGV4YW1wbGU",
    simulated: true,
    ...changes,
  };
}
