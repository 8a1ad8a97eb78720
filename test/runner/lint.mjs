import { npmProgram, runCommand } from "./command.mjs";

const checks = [
  { name: "TypeScript rules", program: "eslint", words: ["."] },
  { name: "format", program: "biome", words: ["check", "."] },
  {
    name: "who imports whom",
    program: "depcruise",
    words: ["--config", ".dependency-cruiser.cjs", "--output-type", "err", "."],
  },
  { name: "examples", program: "tsc", words: ["--project", "examples", "--noEmit"] },
];

/** Runs every check, also after one has failed. */
export async function lint() {
  const failed = [];
  for (const { name, program, words } of checks) {
    const heading = `lint: ${name}`;
    if (!(await runCommand(heading, npmProgram(program), words))) {
      failed.push(heading);
    }
  }
  return { passed: checks.length - failed.length, failed, skipped: [] };
}
