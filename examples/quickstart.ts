import * as pulumi from "@pulumi/pulumi";
import * as minicloud from "minicloud";

const publicKey = new pulumi.Config().require("publicKey");

const key = new minicloud.Key("me", { publicKey });

const instances = ["web-1", "web-2", "db"].map(
  (name) =>
    new minicloud.Instance(name, {
      image: "micro",
      type: "light",
      keys: [key.name],
      labels: { role: name.replace(/-\d+$/, "") },
    }),
);

export const hosts = instances.map(({ name, ipAddress, hostname, status, sshHostKey }) => {
  return { name, ipAddress, hostname, status, sshHostKey };
});
