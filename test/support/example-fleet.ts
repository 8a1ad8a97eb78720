import type { Fleet } from "../../protocol/methods/fleet";

/** A fleet as a daemon describes it, with two members in their desired state. */
export function exampleFleet(changes: Partial<Fleet> = {}): Fleet {
  return {
    name: "web",
    uid: "f".repeat(32),
    status: "ready",
    counts: { wanted: 2, ready: 2, pending: 0, failed: 0 },
    image: "micro",
    type: "basic",
    keys: [],
    labels: {},
    createdAt: "2026-01-01T00:00:00.000Z",
    simulated: true,
    members: [1, 2].map((index) => ({
      index,
      id: 499 + index,
      uid: String(index).repeat(32),
      name: `web-${index}`,
      ipAddress: `198.18.0.${1 + index}`,
      hostname: `web-${index}`,
      sshHostKey: `ssh-ed25519 AAAA${index}`,
      status: "running" as const,
    })),
    ...changes,
  };
}
