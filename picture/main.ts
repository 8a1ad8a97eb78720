import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../protocol/error";
import { quickstartSession } from "./quickstart-run";
import { terminalSvg } from "./terminal-svg";

const readmePicture = join(__dirname, "..", "..", "docs", "pictures", "quickstart.svg");

/** Draws the README's picture of a terminal from a real run of the quickstart, into the file given or in its place. */
async function main([file = readmePicture]: readonly string[]): Promise<void> {
  const title = "npm run quickstart creates three hosts with pulumi up, and destroys them";
  await writeFile(file, terminalSvg(title, await quickstartSession()));
  console.log(`${file} is drawn.`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`picture: ${messageOf(error)}`);
  process.exitCode = 1;
});
