import { applyFleet } from "./apply-fleet";
import { create } from "./create";
import { destroy } from "./destroy";
import { importImage } from "./import-image";
import type { Operation } from "./operation";
import { takeOver } from "./take-over";
import { update } from "./update";
import { updateKey } from "./update-key";

/** The operations by their name on the command line. */
export const operations = {
  create,
  "apply-fleet": applyFleet,
  update,
  destroy,
  "update-key": updateKey,
  "import-image": importImage,
  "take-over": takeOver,
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;

export const operationNames = Object.keys(operations).filter(isOperation);

export function isOperation(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}
