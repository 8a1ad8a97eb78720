/* eslint-disable @typescript-eslint/no-require-imports -- the text of these functions runs in the engine's process */
import type { dynamic } from "@pulumi/pulumi";
import type * as hooks from "./hooks";

type Hooks = typeof hooks;
type Properties = Record<string, unknown>;
type Shell = dynamic.ResourceProvider<Properties, Properties>;

/**
 * What Pulumi serialises into every resource's state: the text of these functions, and nothing that they refer
 * to. So they hold no logic; that is loaded where they run, from the release that is installed there. A change
 * of their text is a change of every resource in every stack, which a test guards against.
 */
export const instanceShell: Shell = {
  configure: async (request) => (require("minicloud/provider/hooks") as Hooks).instance.configure(request),
  check: async (olds, news) => (require("minicloud/provider/hooks") as Hooks).instance.check(olds, news),
  diff: async (id, olds, news) =>
    (require("minicloud/provider/hooks") as Hooks).instance.diff(id, olds, news),
  create: async (inputs) => (require("minicloud/provider/hooks") as Hooks).instance.create(inputs),
  read: async (id, props) => (require("minicloud/provider/hooks") as Hooks).instance.read(id, props),
  update: async (id, olds, news) =>
    (require("minicloud/provider/hooks") as Hooks).instance.update(id, olds, news),
  delete: async (id, props) => (require("minicloud/provider/hooks") as Hooks).instance.delete(id, props),
};

/** See `instanceShell`. */
export const keyShell: Shell = {
  configure: async (request) => (require("minicloud/provider/hooks") as Hooks).key.configure(request),
  check: async (olds, news) => (require("minicloud/provider/hooks") as Hooks).key.check(olds, news),
  diff: async (id, olds, news) => (require("minicloud/provider/hooks") as Hooks).key.diff(id, olds, news),
  create: async (inputs) => (require("minicloud/provider/hooks") as Hooks).key.create(inputs),
  read: async (id, props) => (require("minicloud/provider/hooks") as Hooks).key.read(id, props),
  update: async (id, olds, news) => (require("minicloud/provider/hooks") as Hooks).key.update(id, olds, news),
  delete: async (id, props) => (require("minicloud/provider/hooks") as Hooks).key.delete(id, props),
};
