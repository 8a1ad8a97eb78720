/** A call on the wire, whose parameters have positions and no names. */
export interface MethodCall {
  readonly method: string;
  readonly parameters: unknown[];
}
