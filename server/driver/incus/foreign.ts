import { SharedWork } from "../../support/concurrency/shared-work";
import type { DriverLog, ForeignContainer } from "../driver";
import type { Api } from "./api/api";
import { type ApiInstance, instancesSchema } from "./api/types";
import type { Instances } from "./instances/instances";
import { markOf } from "./instances/marks";
import type { InstanceNames } from "./instances/names";

/** How old a list of all projects may be. It costs the engine more the more instances there are. */
const mostAgeMs = { least: 2_000, timesDuration: 20 };
/** A member that does not answer holds up the list. */
const readMs = 4_000;

/** The instances of others: those in this project, and those in other projects, whose addresses are on the same wire. */
export class ForeignInstances {
  readonly #lists = new SharedWork<"all", void>();
  #others: readonly ApiInstance[] = [];
  #validUntilMs = 0;

  constructor(
    private readonly api: Api,
    private readonly names: InstanceNames,
    private readonly log: DriverLog,
  ) {}

  /** @param instances those of the own project. */
  async list(instances: Instances): Promise<ForeignContainer[]> {
    if (performance.now() > this.#validUntilMs) {
      await this.#lists.run("all", () => this.#readOthers());
    }
    const inProject = await instances.all();
    return [
      ...inProject.filter(({ name }) => this.names.idOf(name) === undefined).map(describeInProject),
      ...this.#others.map((instance) => describe(instance, `${instance.project}/${instance.name}`)),
    ];
  }

  /** What is not known must not hold up a creation: then the earlier list counts. */
  async #readOthers(): Promise<void> {
    const begin = performance.now();
    try {
      const all = await this.api.get(instancesSchema, "/1.0/instances", {
        query: { project: undefined, "all-projects": "true", recursion: "1" },
        timeoutMs: readMs,
      });
      this.#others = all.filter(({ project }) => project !== this.api.project);
    } catch (error) {
      // A restricted certificate may not see other projects.
      this.log.debug({ err: error }, "the instances of other projects cannot be listed");
    }
    const now = performance.now();
    this.#validUntilMs = now + Math.max(mostAgeMs.least, (now - begin) * mostAgeMs.timesDuration);
  }
}

function describeInProject(instance: ApiInstance): ForeignContainer {
  return describe(instance, instance.name);
}

function describe(instance: ApiInstance, engineId: string): ForeignContainer {
  return {
    engineId,
    status: instance.status.toLowerCase(),
    name: markOf(instance, "name") ?? instance.name,
    hostname: markOf(instance, "hostname"),
    image: markOf(instance, "image") ?? instance.config["image.description"],
    ipAddresses: addressesOf(instance),
  };
}

/** Returns the addresses in the configuration. Those of DHCP are not in it. */
function addressesOf(instance: ApiInstance): string[] {
  const fixed = Object.values(instance.devices).flatMap((device) =>
    (device["ipv4.address"] ?? "").split(",").map((address) => address.trim()),
  );
  return [...new Set([...fixed, markOf(instance, "address") ?? ""])].filter((address) => address !== "");
}
