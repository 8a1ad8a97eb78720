/**
 * Tells the engine that a resource exists though its creation failed, so that it is recorded, and finished or
 * destroyed later. The SDK knows it by the `id`.
 */
export class PartialFailure extends Error {
  readonly reasons: string[];

  constructor(
    readonly id: string,
    /** Inputs included: with them comes what the SDK needs to call the hooks for this resource again. */
    readonly properties: Record<string, unknown>,
    cause: Error,
  ) {
    super(cause.message, { cause });
    this.reasons = [cause.message];
  }
}
