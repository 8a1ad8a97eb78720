/** The failure of a command that hands on another one's exit code, and needs one of its own beside those. */
export class OwnFailure extends Error {
  override readonly name = "OwnFailure";

  constructor(
    readonly exitCode: number,
    cause: unknown,
  ) {
    super("The command itself failed.", { cause });
  }
}

/** @throws OwnFailure of whatever the work throws. */
export async function failWith<T>(exitCode: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new OwnFailure(exitCode, error);
  }
}
