import assert from "node:assert/strict";
import {
  cableName,
  closedGroup,
  groupOfCable,
  prefixesOfFirstGroup,
  prefixOfGroup,
} from "../../../../../../server/driver/lxc/network/isolation/cable-names";

const prefix = "mcv0123";

describe("the names of cables", () => {
  const rows: [number, number, string][] = [
    [500, 0, "mcv0123500"],
    [99_999_999, 0, "mcv012399999999"],
    [500, 1, "mcv0123a00dw"],
    [500, 2, "mcv0123a01dw"],
    [60_466_175, closedGroup, "mcv0123zzzzzzzz"],
  ];
  for (const [id, group, name] of rows) {
    it(`${name} is that of container ${id} in group ${group}`, () => {
      assert.equal(cableName(prefix, id, group), name);
      assert.equal(groupOfCable(prefix, name), group);
      assert.ok(name.length <= 15);
      const prefixes = group === 0 ? prefixesOfFirstGroup(prefix) : [prefixOfGroup(prefix, group)];
      assert.equal(prefixes.filter((each) => name.startsWith(each)).length, 1);
    });
  }

  it("do not start like those of another group", () => {
    const prefixes = [
      ...prefixesOfFirstGroup(prefix),
      ...[1, 2, 36, 37, closedGroup].map((g) => prefixOfGroup(prefix, g)),
    ];
    for (const one of prefixes) {
      assert.deepEqual(
        prefixes.filter((other) => other.startsWith(one)),
        [one],
      );
    }
  });

  it("are told from other interfaces", () => {
    for (const name of [
      "",
      "lo",
      "mcv0123",
      "mcv01230",
      "mcv0124500",
      "mcv0123a00",
      "mcv0123a000",
      "mcv0123-ab1",
      "mcbr-012345",
    ]) {
      assert.equal(groupOfCable(prefix, name), undefined, name);
    }
  });
});
