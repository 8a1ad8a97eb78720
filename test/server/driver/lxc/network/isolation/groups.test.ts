import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { closedGroup, mostGroups } from "../../../../../../server/driver/lxc/network/isolation/cable-names";
import { closedGroupName, NetworkGroups } from "../../../../../../server/driver/lxc/network/isolation/groups";
import { type ContainerPlace, Place } from "../../../../../../server/driver/lxc/place";
import { temporaryFolders } from "../../../../../support/files/temporary-folder";
import { perTest } from "../../../../../support/per-test";

describe("the groups of containers that reach each other", () => {
  const newFolder = temporaryFolders();
  const place = perTest(
    async () => new Place(await newFolder(), "0123456789abcdef0123456789abcdef"),
    () => Promise.resolve(),
  );

  function container(id: number): ContainerPlace {
    const made = place().container(id);
    mkdirSync(made.folder, { recursive: true });
    return made;
  }

  it("are in the names of their cables, and the same for the next daemon", () => {
    const groups = new NetworkGroups(place());
    const names = ["a", "b", "a", undefined].map((name, index) => {
      const made = container(500 + index);
      groups.join(made, name);
      return groups.cableOf(made);
    });
    assert.deepEqual(names, ["mcv0123a00dw", "mcv0123a01dx", "mcv0123a00dy", "mcv0123503"]);
    assert.deepEqual(groups.numbers(), [1, 2]);
    const next = new NetworkGroups(place());
    assert.deepEqual(
      [500, 501, 502, 503, 504].map((id) => next.cableOf({ id })),
      [...names, "mcv0123504"],
    );
    const another = container(505);
    next.join(another, "b");
    assert.equal(next.cableOf(another), "mcv0123a01e1");
  });

  it("give their number to others once their last container is gone", () => {
    const groups = new NetworkGroups(place());
    groups.join(container(500), "a");
    groups.join(container(501), "a");
    groups.join(container(502), "b");
    groups.leave({ id: 500 });
    groups.join(container(503), "c");
    assert.deepEqual(groups.numbers(), [1, 2, 3]);
    groups.leave({ id: 501 });
    groups.join(container(504), "d");
    assert.equal(groups.cableOf({ id: 504 }), "mcv0123a00e0");
    assert.deepEqual(groups.numbers(), [1, 2, 3]);
  });

  it("admit no others if the file of a container is damaged or lost", () => {
    const groups = new NetworkGroups(place());
    const [one, other] = [container(500), container(501)];
    for (const each of [one, other]) {
      groups.join(each, "a");
      writeFileSync(each.configuration, `lxc.net.0.veth.pair = ${groups.cableOf(each)}\n`);
    }
    writeFileSync(one.networkGroup, "damaged");
    rmSync(other.networkGroup);
    const next = new NetworkGroups(place());
    assert.deepEqual(
      [one, other].map((each) => next.cableOf(each)),
      ["mcv0123a00dw", "mcv0123a00dx"],
    );
    const newcomer = container(502);
    next.join(newcomer, "a");
    assert.equal(next.cableOf(newcomer), "mcv0123a01dy");
  });

  it("do not get the number of the closed group, which is the same for every daemon", () => {
    const groups = new NetworkGroups(place());
    const first = container(510);
    groups.join(first, closedGroupName);
    assert.equal(groups.cableOf(first), "mcv0123zzze6");
    assert.deepEqual(groups.numbers(), [closedGroup]);
    assert.equal(new NetworkGroups(place()).numberOf(first), closedGroup);
    groups.join(first, "a");
    assert.equal(groups.numberOf(first), 1);
    assert.ok(closedGroup > mostGroups);
  });
});
