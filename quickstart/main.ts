import { CommanderError } from "commander";
import { messageOf } from "../protocol/error";
import { nextSteps } from "./next-steps";
import { readOptions } from "./options";
import { placeOf } from "./place";
import { runSteps } from "./step";
import { destroySteps, prepareSteps, upSteps } from "./steps";

async function main(words: readonly string[]): Promise<void> {
  const options = readOptions(words);
  const work = { options, place: placeOf(options.driver) };
  if (options.destroy) {
    await runSteps(destroySteps, work);
  } else if (options.prepare) {
    await runSteps(prepareSteps, work);
  } else {
    await runSteps([...prepareSteps, ...upSteps], work);
    console.log(await nextSteps(work));
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode;
    return;
  }
  console.error(`quickstart: ${messageOf(error)}`);
  process.exitCode = 1;
});
