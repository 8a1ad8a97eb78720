import type { MccError } from "../../../../protocol/error";
import { killProcess } from "../../../support/processes";
import type { EngineCommand } from "./command";

/** A process to start. */
export interface Launch {
  readonly file: string;
  readonly words: readonly string[];
}

/** Starts and kills the engine's programs, which only root may use. */
export interface Launcher {
  launch(program: EngineCommand["program"], words: readonly string[]): Launch;
  /** Kills the process group of a command. A group that has ended is no failure. */
  kill(group: number): void;
  /** Returns why a command that failed was not permitted; undefined if it was run. */
  refusal(
    command: Pick<EngineCommand, "program" | "words">,
    exitCode: number,
    stderr: string,
  ): MccError | undefined;
}

/** For a daemon that runs as root. */
export const rootLauncher: Launcher = {
  launch: (file, words) => ({ file, words }),
  kill: (group) => killProcess(-group),
  refusal: () => undefined,
};
