import colors from "picocolors";
import { readHosts } from "./hosts";
import { sshCommand } from "./logins";
import { defaults, type Options } from "./options";
import type { Work } from "./step";

/** Returns the table of hosts, and commands to try next. */
export async function nextSteps(work: Work): Promise<string> {
  const hosts = await readHosts(work);
  const simulated = work.options.driver === "simulated";
  const header = ["HOST", "ADDRESS", "STATUS", ...(simulated ? [] : ["LOG IN"])];
  const rows = hosts.map((host) => [
    host.name,
    host.ipAddress,
    host.status,
    ...(simulated ? [] : [sshCommand(host, work.place)]),
  ]);
  const suggestions = [
    [`. ${work.place.environment}`, "select this stack for pulumi in this shell"],
    ["pulumi up", "apply a change of examples/quickstart.ts"],
    [`npm run quickstart -- ${[...sameRun(work.options), "--destroy"].join(" ")}`, "remove everything"],
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

/** Returns the arguments with which another run finds the same daemon. */
function sameRun({ driver, port, range, engineUrl, engineNic }: Options): string[] {
  return [
    ...(driver === defaults.driver ? [] : ["--driver", driver]),
    ...(port === defaults.port ? [] : ["--port", port]),
    ...(range === undefined ? [] : ["--range", range]),
    ...(engineUrl === undefined ? [] : ["--engine-url", engineUrl]),
    ...(engineNic === undefined ? [] : ["--engine-nic", engineNic]),
  ];
}

/** Returns the rows as lines with aligned columns. */
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
