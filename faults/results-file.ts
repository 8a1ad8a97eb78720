import { appendFile, readFile } from "node:fs/promises";
import { unlessErrno } from "../protocol/errno";
import type { Tried } from "./tally";

/** The results of earlier runs, a JSON line each, so that a long run can be interrupted. */
export class ResultsFile {
  private constructor(
    private readonly path: string | undefined,
    readonly earlier: readonly Tried[],
  ) {}

  /** @param path a missing file is created; undefined keeps nothing. */
  static async open(path: string | undefined): Promise<ResultsFile> {
    const text = path === undefined ? undefined : await unlessErrno(readFile(path, "utf8"), "ENOENT");
    const lines = (text ?? "").split("\n").filter((line) => line !== "");
    return new ResultsFile(
      path,
      lines.map((line) => JSON.parse(line) as Tried),
    );
  }

  has({ driver, operation, kind, step }: Pick<Tried, "driver" | "operation" | "kind" | "step">): boolean {
    return this.earlier.some(
      (tried) =>
        tried.driver === driver &&
        tried.operation === operation &&
        tried.kind === kind &&
        tried.step === step &&
        tried.verdict === "passed",
    );
  }

  async add(tried: Tried): Promise<void> {
    if (this.path !== undefined) {
      await appendFile(this.path, `${JSON.stringify(tried)}\n`);
    }
  }
}
