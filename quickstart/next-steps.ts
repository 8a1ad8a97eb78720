import colors from "picocolors";
import { readHosts } from "./hosts";
import { sshCommand } from "./logins";
import { defaults, type Options } from "./options";
import type { Work } from "./step";

/** The table of hosts and what to do with them. */
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
    [`. ${work.place.environment}`, "lets pulumi find this stack, in this shell"],
    ["pulumi up", "after a change to examples/quickstart.ts"],
    [`npm run quickstart -- ${[...sameRun(work.options), "--destroy"].join(" ")}`, "removes it all"],
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

/** The words by which another run finds what this one made. */
function sameRun({ driver, port, range }: Options): string[] {
  return [
    ...(driver === defaults.driver ? [] : ["--driver", driver]),
    ...(port === defaults.port ? [] : ["--port", port]),
    ...(range === undefined ? [] : ["--range", range]),
  ];
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
