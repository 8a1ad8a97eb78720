import type { dynamic } from "@pulumi/pulumi";
import { MccError } from "../../../client";
import type { Properties } from "../check-properties";
import { endWithEngine } from "./engine";
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

/** Wraps hooks for the SDK: failures become plain lines, and calls count as running work. */
export function underGuard(hooks: Hooks) {
  return {
    configure: guarded(hooks.configure),
    check: guarded(hooks.check),
    diff: guarded(hooks.diff),
    create: guarded(hooks.create),
    read: guarded(hooks.read),
    update: guarded(hooks.update),
    delete: guarded(hooks.delete),
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
