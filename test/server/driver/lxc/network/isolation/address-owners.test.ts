import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AddressOwners } from "../../../../../../server/driver/lxc/network/isolation/address-owners";
import { NetworkGroups } from "../../../../../../server/driver/lxc/network/isolation/groups";
import { Place } from "../../../../../../server/driver/lxc/place";

const network = { address: "198.18.0.0", prefixLength: 24, gateway: "198.18.0.1", nat: false };

/** The elements of a kernel's sets, after declarations or commands. */
class Sets {
  #elements = new Set<string>();

  declare(text: string): void {
    this.#elements = new Set(
      [...text.matchAll(/set (\w+) \{[^{}]*(?:\{ ([^}]*) \})?/g)].flatMap(([, name, list = ""]) =>
        list.split(", ").flatMap((element) => (element === "" ? [] : `${name} ${element}`)),
      ),
    );
  }

  change(text: string): void {
    for (const [, word, name, list = ""] of text.matchAll(
      /(add|delete) element bridge \S+ (\w+) \{ ([^}]*) \}/g,
    )) {
      for (const element of list.split(", ").map((each) => `${name} ${each}`)) {
        assert.equal(this.#elements.has(element), word === "delete", `${word} ${element}`);
        if (word === "add") {
          this.#elements.add(element);
        } else {
          this.#elements.delete(element);
        }
      }
    }
  }

  sorted(): string[] {
    return [...this.#elements].sort();
  }
}

describe("the addresses' owners", () => {
  let folder = "";
  let owners: AddressOwners;
  let sets: Sets;

  const freshOwners = (): AddressOwners => {
    const place = new Place(folder, "0123456789abcdef");
    return new AddressOwners(place, network, new NetworkGroups(place));
  };
  /** Brings the kernel's sets up to date. */
  const update = (): void => {
    const { text, made } = owners.changes();
    sets.change(text);
    made();
  };
  /** The sets as a new daemon would declare them. */
  const expected = (held: readonly number[]): string[] => {
    const [other, declared] = [freshOwners(), new Sets()];
    held.forEach((id) => other.hold({ id }, { ipAddress: `198.18.0.${id}` }));
    declared.declare(other.declarations().text);
    return declared.sorted();
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "minicloud-owners-"));
    [owners, sets] = [freshOwners(), new Sets()];
    const { text, made } = owners.declarations();
    sets.declare(text);
    made();
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("reach the kernel's sets by changes alone", () => {
    owners.hold({ id: 2 }, { ipAddress: "198.18.0.2" });
    owners.hold({ id: 3 }, { ipAddress: "198.18.0.3" });
    update();
    assert.deepEqual(sets.sorted(), expected([2, 3]));
    owners.release({ id: 2 });
    owners.hold({ id: 4 }, { ipAddress: "198.18.0.4" });
    update();
    assert.deepEqual(sets.sorted(), expected([3, 4]));
    assert.equal(owners.changes().text, "");
  });

  it("stay in the sets as long as one of two containers has them", () => {
    owners.hold({ id: 2 }, { ipAddress: "198.18.0.9" });
    owners.hold({ id: 3 }, { ipAddress: "198.18.0.9" });
    update();
    const both = sets.sorted();
    owners.release({ id: 2 });
    update();
    assert.deepEqual(sets.sorted(), both);
  });

  it("are tried again after a change that failed, with what has changed since", () => {
    owners.hold({ id: 2 }, { ipAddress: "198.18.0.2" });
    owners.hold({ id: 3 }, { ipAddress: "198.18.0.3" });
    owners.changes();
    owners.release({ id: 3 });
    update();
    assert.deepEqual(sets.sorted(), expected([2]));
  });

  it("that change during a change are in the next one", () => {
    owners.hold({ id: 2 }, { ipAddress: "198.18.0.2" });
    const { text, made } = owners.changes();
    owners.release({ id: 2 });
    owners.hold({ id: 3 }, { ipAddress: "198.18.0.3" });
    sets.change(text);
    made();
    update();
    assert.deepEqual(sets.sorted(), expected([3]));
  });

  it("that change while the table is made again are in the next change", () => {
    owners.hold({ id: 2 }, { ipAddress: "198.18.0.2" });
    const { text, made } = owners.declarations();
    owners.release({ id: 2 });
    sets.declare(text);
    made();
    update();
    assert.deepEqual(sets.sorted(), expected([]));
  });
});
