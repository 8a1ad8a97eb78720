import type { Kind } from "../kinds";
import type { Step } from "./step";

/** What the harness tells the daemon's module, one JSON line each. */
export type Order =
  | { readonly order: "record" }
  | { readonly order: "arm"; readonly pattern: string; readonly occurrence: number; readonly kind: Kind }
  | { readonly order: "end" };

/** The answer to each order. */
export interface Recording {
  /** The steps since the last `record` or `arm`. */
  readonly steps: readonly Step[];
  /** Whether the fault has happened. */
  readonly happened: boolean;
}

/** The variable of the daemon's environment with the configuration of the module. */
export const settingsVariable = "MINICLOUD_FAULTS";

export interface Settings {
  /** The path of the socket for orders. */
  readonly socket: string;
  /** Paths with their names in patterns, longest first. */
  readonly folders: readonly (readonly [path: string, name: string])[];
  /** Paths that belong to no step: the program itself. */
  readonly ignored: readonly string[];
  /** How long a command hangs. */
  readonly commandHangMs: number;
  /** How long a file operation hangs. */
  readonly fileHangMs: number;
}
