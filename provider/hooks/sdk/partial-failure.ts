/**
 * Tells the engine that a resource exists although its creation failed. The engine records it, and finishes or destroys
 * it later. The SDK recognises this error by its `id`.
 */
export class PartialFailure extends Error {
  readonly reasons: string[];

  constructor(
    readonly id: string,
    /** The outputs and all inputs, which the SDK needs to call the hooks of this resource again. */
    readonly properties: Record<string, unknown>,
    cause: Error,
  ) {
    super(cause.message, { cause });
    this.reasons = [cause.message];
  }
}
