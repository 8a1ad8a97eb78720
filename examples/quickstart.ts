import * as minicloud from "minicloud";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const key = new minicloud.Key("me", { publicKey: config.require("publicKey") });

const instances = ["web", "worker", "database"].map(
  (name) => new minicloud.Instance(name, { image: "micro", type: "basic", keys: [key.name] }),
);

/** To log in: `ssh root@<ipAddress>`, with sshHostKey in known_hosts. */
export const hosts = instances.map(({ name, ipAddress, hostname, status, sshHostKey }) => ({
  name,
  ipAddress,
  hostname,
  status,
  sshHostKey,
}));
