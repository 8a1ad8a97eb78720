import type { MccError } from "../../../protocol/error";

/** How the making of an instance ended. */
export type Outcome = { readonly kind: "made" } | Failure;

/** Why an instance failed, and what is left of it. */
export interface Failure {
  /**
   * - `undone`: nothing is left.
   * - `kept`: it stays as it is, for inspection, until it is destroyed.
   * - `stuck`: parts are left that could not be removed yet; the daemon tries again.
   */
  readonly kind: "undone" | "kept" | "stuck";
  readonly error: MccError;
}
