/** A failure of mcc itself in a command that returns the exit code of a user's command. It has its own exit code. */
export class OwnFailure extends Error {
  override readonly name = "OwnFailure";

  constructor(
    readonly exitCode: number,
    cause: unknown,
  ) {
    super("The command itself failed.", { cause });
  }
}

/** Does the work. @throws OwnFailure with this exit code for any error of the work. */
export async function failWith<T>(exitCode: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new OwnFailure(exitCode, error);
  }
}
