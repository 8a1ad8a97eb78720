const pulumi = require("@pulumi/pulumi");

/** As many properties as the state of an instance has, and of the same sizes. */
const outputs = {
  instanceId: 500,
  uid: "0".repeat(32),
  serverId: "0".repeat(32),
  status: "running",
  sshHostKey: `ssh-ed25519 ${"A".repeat(68)}`,
  knownHosts: `198.18.0.2,host,host.example ssh-ed25519 ${"A".repeat(68)}`,
  simulated: false,
  name: "host",
  ipAddress: "198.18.0.2",
  hostname: "host.example",
  image: "micro",
  type: "light",
  keys: [],
  labels: { organization: "organization", project: "project", stack: "stack", resource: "host" },
  clientToken: "0".repeat(64),
  urn: `urn:pulumi:bench::bench::pulumi-nodejs:dynamic:Resource::${"host".repeat(4)}`,
  organization: "organization",
  retainOnDelete: false,
  assigned: ["image", "keys", "name", "ipAddress", "hostname", "labels"],
  server: "http://127.0.0.1:8080",
};
const nothing = { create: async () => ({ id: "nothing", outs: outputs }) };
/** Declares the outputs. The SDK adds to the object, so each resource needs its own. */
const declared = () => Object.fromEntries(Object.keys(outputs).map((name) => [name, undefined]));

for (let index = 1; index <= Number(process.env.MINICLOUD_BENCH_COUNT); index += 1) {
  new pulumi.dynamic.Resource(nothing, `host-${index}`, declared());
}
