import { writeFile } from "node:fs/promises";
import colors from "picocolors";
import { readHosts } from "./hosts";
import { sshCommand } from "./logins";
import { pulumiCli, pulumiEnvironment } from "./pulumi";
import type { Work } from "./step";

/** The table of hosts and what to do with them. */
export async function nextSteps(work: Work): Promise<string> {
  const hosts = await readHosts(work);
  await writeEnvironment(work);
  const simulated = work.options.driver === "simulated";
  const header = ["HOST", "ADDRESS", "STATUS", ...(simulated ? [] : ["LOG IN"])];
  const rows = hosts.map((host) => [
    host.name,
    host.ipAddress,
    host.status,
    ...(simulated ? [] : [sshCommand(host, work.place)]),
  ]);
  const suggestions = [
    [`. ${work.place.environment}`, "lets pulumi find this stack, in this shell"],
    ["pulumi up", "after a change to examples/quickstart.ts"],
    [`npm run quickstart -- ${simulated ? "--driver simulated " : ""}--destroy`, "removes it all"],
  ];
  return [
    "",
    ...table([header, ...rows]),
    "",
    ...(simulated
      ? [
          colors.yellow("These hosts exist in the daemon's memory only: nothing answers at their addresses."),
          "",
        ]
      : []),
    "Try next:",
    ...table(suggestions).map((line) => `  ${line}`),
  ].join("\n");
}

/** The rows with their columns made equally wide. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (widest, cells) => cells.map((cell, column) => Math.max(cell.length, widest[column] ?? 0)),
    [],
  );
  return rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** For a shell to read. */
async function writeEnvironment(work: Work): Promise<void> {
  const cli = await pulumiCli();
  const lines = Object.entries(pulumiEnvironment(work)).map(([name, value]) =>
    value === undefined ? `unset ${name}` : `export ${name}=${quote(value)}`,
  );
  const path = `export PATH=${quote(cli.binFolder)}:"$PATH"`;
  await writeFile(work.place.environment, `${[path, ...lines].join("\n")}\n`);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
