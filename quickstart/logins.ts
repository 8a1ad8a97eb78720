import { writeFile } from "node:fs/promises";
import { execa } from "execa";
import { MccError, messageOf } from "../protocol/error";
import { type Host, readHosts } from "./hosts";
import type { Place } from "./place";
import type { Work } from "./step";

/** Runs a command on every host by SSH. Accepts only the host keys that the daemon created. */
export async function checkLogins(work: Work): Promise<string> {
  const hosts = await readHosts(work);
  await writeFile(work.place.knownHosts, hosts.map(knownHostsLine).join(""));
  await writeFile(
    work.place.sshConfiguration,
    hosts.map((host) => sshConfiguration(host, work.place)).join("\n"),
  );
  await Promise.all(hosts.map((host) => checkLogin(host, work.place)));
  return `ran a command on ${hosts.map(({ name }) => name).join(", ")}`;
}

/** Returns the command that logs in to a host. */
export function sshCommand(host: Host, { sshConfiguration }: Place): string {
  return `ssh -F ${sshConfiguration} ${host.name}`;
}

async function checkLogin(host: Host, { sshConfiguration }: Place): Promise<void> {
  try {
    await execa("ssh", ["-F", sshConfiguration, "-o", "BatchMode=yes", host.name, "hostname"]);
  } catch (error) {
    throw new MccError(
      "engine",
      `Logging in to ${host.name} (${host.ipAddress}) failed: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

function knownHostsLine({ ipAddress, sshHostKey }: Host): string {
  return `${ipAddress} ${sshHostKey}\n`;
}

function sshConfiguration({ name, ipAddress }: Host, { privateKey, knownHosts }: Place): string {
  const lines = [
    `Host ${name}`,
    `  HostName ${ipAddress}`,
    "  User root",
    `  IdentityFile ${privateKey}`,
    "  IdentitiesOnly yes",
    `  UserKnownHostsFile ${knownHosts}`,
    "  StrictHostKeyChecking yes",
    "  ConnectTimeout 10",
  ];
  return `${lines.join("\n")}\n`;
}
