import { writeFile } from "node:fs/promises";
import { pulumiCli, pulumiEnvironment } from "./pulumi";
import type { Work } from "./step";

/** Writes the file with which the pulumi commands of a shell find the stack and its daemon. */
export async function writeEnvironment(work: Work): Promise<void> {
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
