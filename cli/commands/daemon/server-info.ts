import type { DamagedFile, ServerInfo } from "../../../protocol/methods/server";
import { packageVersion } from "../../../protocol/package-version";
import { command } from "../../command";
import { formOptions } from "../../output/listing";
import { memberText } from "../../output/member-columns";
import { poolText } from "../../output/pool-text";
import { printable } from "../../output/printable";
import { quotaTexts } from "../../output/quota";

export const serverInfo = command({
  name: "server-info",
  summary: "Show the daemon's version, driver and capacity",
  options: { json: formOptions.json },
  arguments: {},
  examples: [["server-info", "show versions, driver, free addresses, and problems of files and network"]],
  run: async ({ json }, io) => {
    const client = io.connect();
    const info = await client.info();
    const { first, last, size, free } = info.addressPool;
    const rows: [string, string][] = [
      ["server", client.server],
      ["server id", info.serverId],
      ["daemon", `minicloud ${info.version}, protocol ${info.protocolVersion}`],
      ["client", `minicloud ${packageVersion()}`],
      ["driver", info.simulated ? `${info.driver} (hosts exist in memory only)` : info.driver],
      ["instances", String(info.instances)],
      ["addresses", `${first}-${last}, ${free} of ${size} free`],
      ["started", info.startedAt],
      ...callerRows(info),
      ...quotaTexts(info.quota).map((text): [string, string] => ["quota", text]),
      ...poolRows(info),
      ...memberRows(info),
      ...damageRows(info),
      ...networkRows(info),
    ];
    if (json) {
      io.print(JSON.stringify(info, undefined, 2));
    } else {
      rows.forEach(([name, value]) => io.print(`${name.padEnd(9)}  ${value}`));
    }
  },
});

/** Returns one row for each damaged file of the daemon, and a row for those that the daemon did not list. */
function damageRows({ damaged, damagedTotal }: ServerInfo): [string, string][] {
  const unshown = damagedTotal - damaged.length;
  const rows = damaged.map((file): [string, string] => ["damaged", describeDamage(file)]);
  return unshown > 0 ? [...rows, ["damaged", `${unshown} more; the daemon's log names them`]] : rows;
}

/** Returns no row for a daemon of an earlier release, which has one token. */
function callerRows({ caller }: ServerInfo): [string, string][] {
  return caller === undefined ? [] : [["token", `${caller.account} (role ${caller.role})`]];
}

function poolRows({ pools = [] }: ServerInfo): [string, string][] {
  return pools.map((pool): [string, string] => ["pool", poolText(pool)]);
}

function memberRows({ members = [], sshJump }: ServerInfo): [string, string][] {
  return [
    ...members.map((member): [string, string] => ["member", memberText(member)]),
    ...(sshJump === undefined ? [] : [["ssh jump", printable(sshJump)] as [string, string]]),
  ];
}

/** Returns no rows for a network that no other program has changed. */
function networkRows({ network }: ServerInfo): [string, string][] {
  const { problems = [], repairs = 0 } = network ?? {};
  return [
    ...problems.map(({ problem, remedy }): [string, string] => [
      "network",
      printable(`${problem}; ${remedy}`),
    ]),
    ...(repairs > 0
      ? [
          ["network", `repaired ${repairs} times since the start; the daemon's log has the reasons`] as [
            string,
            string,
          ],
        ]
      : []),
  ];
}

function describeDamage({ file, reason, time, movedTo }: DamagedFile): string {
  return printable(`${file}: ${reason} (${time}${movedTo === undefined ? "" : `; now ${movedTo}`})`);
}
