/** Ends a command. */
export class Exit extends Error {
  constructor(
    readonly exitCode: number,
    readonly stderr?: string,
  ) {
    super(`exit ${exitCode}`);
  }
}

/** Ends a command as a kill does. */
export class Death extends Error {}
