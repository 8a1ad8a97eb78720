import { text } from "node:stream/consumers";
import { MccError, messageOf } from "../../../../protocol/error";
import { asFileSystemFault } from "../../../support/files/file-system-fault";
import { verbNames } from "./verbs";
import { verbWork } from "./verb-work";

/*
 * The program that root allows an ordinary user to run, for the work for which vzctl has no command. Its first two words
 * are fixed in the script that sudo starts: the user's id, and root's folder for the user. The verb and the words after
 * it are the daemon's. It prints one JSON value.
 */

async function reply([uid = "", folder = "", verb = "", ...subject]: readonly string[]): Promise<unknown> {
  try {
    const name = verbNames.find((each) => each === verb);
    if (name === undefined) {
      throw new MccError("invalid", `There is no verb "${verb}". Verbs: ${verbNames.join(", ")}.`);
    }
    const input = name === "import-image" ? "" : await text(process.stdin);
    const work = verbWork({ uid: Number(uid), folder });
    const result = await work(name, subject, input === "" ? undefined : JSON.parse(input));
    return { result: result ?? null };
  } catch (error) {
    const fault = asFileSystemFault(error);
    return {
      error: {
        fault: MccError.isInstance(fault) ? fault.fault : new MccError("engine", "").fault,
        message: messageOf(fault),
      },
    };
  }
}

void reply(process.argv.slice(2)).then((answer) => {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
