import type { FleetSummary } from "../../protocol/types/fleet";
import type { Instance } from "../../protocol/types/instance";

/** What a dialog is about. */
export type Subject =
  | { readonly kind: "instance"; readonly one: Instance }
  | { readonly kind: "fleet"; readonly one: FleetSummary };
