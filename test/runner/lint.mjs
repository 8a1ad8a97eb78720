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
  const result = { passed: 0, failed: 0, skipped: [] };
  for (const { name, program, words } of checks) {
    const succeeded = await runCommand(`lint: ${name}`, npmProgram(program), words);
    result[succeeded ? "passed" : "failed"]++;
  }
  return result;
}
