// Kills hosts at random while a client sends requests to them, then repairs the fleet with `pulumi up`.
//
//   pulumi up && npx ts-node chaos.ts && pulumi destroy
import { execFileSync } from "node:child_process";
import { connect } from "minicloud/client";

interface Host {
  readonly name: string;
  readonly ipAddress: string;
}

const kills = 2;

/** Sends a request to one host after the other until one answers. */
async function ask(hosts: readonly Host[]): Promise<string> {
  for (const { ipAddress } of hosts) {
    try {
      const answer = await fetch(`http://${ipAddress}/`, { signal: AbortSignal.timeout(1000) });
      return (await answer.text()).trim();
    } catch {
      // This host is down, so try the next one.
    }
  }
  throw new Error("no host answers");
}

function pulumi(...words: string[]): string {
  return execFileSync("pulumi", [...words, "--non-interactive"], { encoding: "utf8" });
}

function readHosts(): Host[] {
  return JSON.parse(pulumi("stack", "output", "hosts", "--json")) as Host[];
}

async function main(): Promise<void> {
  const daemon = connect();
  const hosts = readHosts();
  for (let round = 1; round <= kills; round += 1) {
    const victim = hosts[Math.floor(Math.random() * hosts.length)];
    if (victim !== undefined) {
      await daemon.call("instance.destroy", { instance: victim.name });
      console.log(`killed ${victim.name}; the others say: ${await ask(hosts)}`);
    }
  }
  pulumi("up", "--yes", "--skip-preview");
  for (const host of readHosts()) {
    console.log(`${host.name} says: ${await ask([host])}`);
  }
}

void main();
