import type { dynamic } from "@pulumi/pulumi";
import { MccError } from "../../../client";
import type { Properties } from "../check-properties";
import { endWithEngine } from "./engine";
import { inSpan } from "./operation-span";
import { printNoQuietErrors, quiet } from "./quiet-error";

type SdkHooks = Required<dynamic.ResourceProvider<Properties, Properties>>;

/** The hooks of a kind of resource, in the order of its life. `configure` does not call the daemon. */
export interface Hooks {
  readonly configure: (request: dynamic.ConfigureRequest) => void;
  readonly check: (
    olds: Properties,
    news: Properties,
  ) => dynamic.CheckResult<Properties> | Promise<dynamic.CheckResult<Properties>>;
  readonly diff: (
    id: string,
    olds: Properties,
    news: Properties,
  ) => dynamic.DiffResult | Promise<dynamic.DiffResult>;
  readonly create: SdkHooks["create"];
  readonly read: SdkHooks["read"];
  readonly update: SdkHooks["update"];
  readonly delete: SdkHooks["delete"];
}

let underWay = 0;

/**
 * Wraps hooks for the SDK: failures become plain lines, calls count as running work, and each is a span.
 *
 * @param kind the kind of resource.
 */
export function underGuard(kind: string, hooks: Hooks) {
  return {
    // Without a span, because the SDK does not wait for it.
    configure: guarded(hooks.configure),
    check: guarded(inSpan(`${kind} check`, hooks.check)),
    diff: guarded(inSpan(`${kind} diff`, hooks.diff)),
    create: guarded(inSpan(`${kind} create`, hooks.create)),
    read: guarded(inSpan(`${kind} read`, hooks.read)),
    update: guarded(inSpan(`${kind} update`, hooks.update)),
    delete: guarded(inSpan(`${kind} delete`, hooks.delete)),
  };
}

function guarded<P extends unknown[], R>(
  hook: (...parameters: P) => R | Promise<R>,
): (...parameters: P) => Promise<R> {
  return async (...parameters) => {
    underWay += 1;
    try {
      return await hook(...parameters);
    } catch (error) {
      throw MccError.isInstance(error) ? quiet(error) : error;
    } finally {
      underWay -= 1;
    }
  };
}

endWithEngine(() => underWay > 0);
printNoQuietErrors();
