import { existsSync, lstatSync, mkdirSync, rmdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";
import { ContainerProcess } from "./container-process";
import { type FakeHost, ownerIn } from "./fake-host";
import { RunTraces } from "./run-traces";

/** One container of a fake host's, whether it exists or not. */
export class FakeContainer {
  readonly process: ContainerProcess;
  readonly traces: RunTraces;
  readonly configuration: string;
  readonly privateArea: string;
  readonly root: string;

  constructor(
    readonly host: FakeHost,
    readonly ctid: string,
  ) {
    this.process = new ContainerProcess(host, ctid);
    this.traces = new RunTraces(host, ctid);
    this.configuration = host.configuration(ctid);
    const place = (variable: "VE_PRIVATE" | "VE_ROOT"): string =>
      (this.variables.get(variable) ?? host.pattern(variable)).replace("$VEID", ctid);
    this.privateArea = place("VE_PRIVATE");
    this.root = place("VE_ROOT");
  }

  get configured(): boolean {
    return existsSync(this.configuration);
  }

  /** Whether vzctl takes it for running. */
  get running(): boolean {
    return this.process.pid !== undefined || (this.host.behaviour.unifiedGroups && this.traces.hasGroups);
  }

  /** A mount is played by a symbolic link, which nothing has to clear away after a test that was killed. */
  get mounted(): boolean {
    return lstatSync(this.root, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  }

  get status(): string {
    return this.running ? "running" : this.mounted ? "mounted" : "stopped";
  }

  /** Empty without a configuration. */
  get variables(): Map<string, string> {
    return this.host.readConfiguration(this.ctid) ?? new Map();
  }

  /** Whether its users are shifted, in a user namespace: then no script of vzctl can enter it at the start. */
  get shifted(): boolean {
    const { variables } = this;
    const owner = variables.has("LOCAL_UID") ? ownerIn(variables) : this.host.localOwner;
    return this.host.localOwner !== undefined && (owner?.uid ?? 0) !== 0;
  }

  mount(): void {
    if (!this.mounted) {
      this.makeRootFolder();
      rmdirSync(this.root);
      symlinkSync(this.privateArea, this.root);
    }
  }

  unmount(): void {
    rmSync(this.root, { force: true });
    this.makeRootFolder();
  }

  makeRootFolder(): void {
    mkdirSync(dirname(this.root), { recursive: true });
    mkdirSync(this.root, { recursive: true });
  }

  save(changes: Readonly<Record<string, string | undefined>>): void {
    const variables = this.variables;
    for (const [name, value] of Object.entries(changes)) {
      if (value !== undefined) {
        variables.set(name, value);
      }
    }
    this.host.saveConfiguration(this.ctid, variables);
  }
}
