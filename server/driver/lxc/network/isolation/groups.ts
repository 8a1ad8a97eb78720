import { writeFileSync } from "node:fs";
import { z } from "zod";
import { MccError } from "../../../../../protocol/error";
import type { ContainerPlace, Place } from "../../place";
import { cableName, closedGroup, groupOfCable, mostGroups } from "./cable-names";
import { containersIn, textOf } from "./container-files";

/** What a container's file `network-group` has. Containers of the first group have no such file. */
const fileSchema = z.object({ number: z.int().min(1).max(closedGroup), name: z.string() });

/** The name of the group with the number `closedGroup`. */
export const closedGroupName = "unclaimed";

interface Membership {
  readonly number: number;
  /** Undefined if its file was lost. Then no other container joins the group. */
  readonly name: string | undefined;
}

/**
 * The groups of containers that reach each other. The name of a container's cable contains the number of its group, so
 * the firewall needs rules for each group, and none for each container. The first group has the number 0, and its cables
 * have the names of releases without groups.
 */
export class NetworkGroups {
  readonly #members = new Map<number, Membership>();
  #isRead = false;

  constructor(private readonly place: Place) {}

  /** Returns the numbers of the groups other than the first that have a container. */
  numbers(): number[] {
    this.#read();
    return [...new Set([...this.#members.values()].map(({ number }) => number))].sort((a, b) => a - b);
  }

  /** Returns the name of the host's end of a container's cable. */
  cableOf(container: Pick<ContainerPlace, "id">): string {
    return cableName(this.place.vethPrefix, container.id, this.numberOf(container));
  }

  /** Returns the number of a container's group: 0 for the first. */
  numberOf({ id }: Pick<ContainerPlace, "id">): number {
    this.#read();
    return this.#members.get(id)?.number ?? 0;
  }

  /**
   * Puts a new container into a group, whose number is the same for the group's whole life.
   *
   * @param name undefined for the first group.
   * @throws MccError `exhausted` if there are too many groups; the system's error for a file that cannot be written.
   */
  join(container: Pick<ContainerPlace, "id" | "networkGroup">, name: string | undefined): void {
    this.#read();
    if (name === undefined) {
      this.#members.delete(container.id);
      return;
    }
    const number = this.#numberFor(name);
    writeFileSync(container.networkGroup, JSON.stringify({ number, name }));
    this.#members.set(container.id, { number, name });
  }

  /** For a container that is gone. */
  leave({ id }: Pick<ContainerPlace, "id">): void {
    this.#members.delete(id);
  }

  #numberFor(name: string): number {
    if (name === closedGroupName) {
      return closedGroup;
    }
    const taken = new Set<number>();
    for (const member of this.#members.values()) {
      if (member.name === name) {
        return member.number;
      }
      taken.add(member.number);
    }
    for (let number = 1; number <= mostGroups; number += 1) {
      if (!taken.has(number)) {
        return number;
      }
    }
    throw new MccError(
      "exhausted",
      `The instances of this daemon are in ${mostGroups} groups that do not reach each other, and no more are possible; isolate fewer of them.`,
    );
  }

  /** Reads the groups of the containers that exist, once. */
  #read(): void {
    if (this.#isRead) {
      return;
    }
    for (const container of containersIn(this.place)) {
      const membership = this.#membershipOf(container);
      if (membership !== undefined) {
        this.#members.set(container.id, membership);
      }
    }
    this.#isRead = true;
  }

  /** The configuration has the name of the cable, so a lost file moves no container to another group. */
  #membershipOf({ networkGroup, configuration }: ContainerPlace): Membership | undefined {
    const { data } = fileSchema.safeParse(parsed(textOf(networkGroup)));
    if (data !== undefined) {
      return data;
    }
    const [, cable = ""] = /^lxc\.net\.0\.veth\.pair = (\S+)$/m.exec(textOf(configuration)) ?? [];
    const number = groupOfCable(this.place.vethPrefix, cable);
    return number === undefined || number === 0 ? undefined : { number, name: undefined };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
