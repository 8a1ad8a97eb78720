/** One call as it travels: parameters have places, no names. */
export interface MethodCall {
  readonly method: string;
  readonly parameters: unknown[];
}
