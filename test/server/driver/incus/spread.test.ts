import assert from "node:assert/strict";
import { MccError } from "../../../../protocol/error";
import type { ClusterMember } from "../../../../server/driver/incus/api/types";
import { Spread } from "../../../../server/driver/incus/spread";
import { assertMccError } from "../../../support/assert-error";

const member = (name: string, status = "Online", groups = ["default"]): ClusterMember => ({
  server_name: name,
  status,
  groups,
});

function spreadOver(
  members: readonly ClusterMember[],
  counts: Readonly<Record<string, number>> = {},
  silent: readonly string[] = [],
): Spread {
  return new Spread(() => Promise.resolve(members), {
    counts: () => new Map(Object.entries(counts)),
    silentOfLate: () => new Set(silent),
  });
}

const hasBegun = (): Promise<boolean> => Promise.resolve(false);
const named = { work: (name: string) => Promise.resolve(name), hasBegun };

describe("new containers on the members of a cluster", () => {
  it("are spread, also while many creations are under way", async () => {
    const spread = spreadOver([member("m1"), member("m2"), member("m3")], { m1: 2 });
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const placed: string[] = [];
    const work = async (name: string): Promise<void> => {
      placed.push(name);
      await gate;
    };
    const all = Promise.all(Array.from({ length: 7 }, () => spread.place(undefined, { work, hasBegun })));
    release();
    await all;
    const numberOn = (name: string): number => placed.filter((each) => each === name).length;
    assert.deepEqual(["m1", "m2", "m3"].map(numberOn), [1, 3, 3]);
  });

  it("go to members of the group that are online and were not silent of late", async () => {
    const members = [
      member("m1", "Offline"),
      member("m2", "Evacuated"),
      member("m3"),
      member("m4", "Online", ["west"]),
    ];
    assert.equal(await spreadOver(members).place(undefined, named), "m3");
    assert.equal(await spreadOver(members).place("west", named), "m4");
    assert.equal(await spreadOver(members, {}, ["m3"]).place(undefined, named), "m4");
    await assertMccError(
      spreadOver(members, {}, ["m4"]).place("west", named),
      "unreachable",
      /No member that takes new containers answers/,
    );
  });

  it("go to the next member only if nothing exists on one that does not answer", async () => {
    const spread = spreadOver([member("m1"), member("m2")]);
    const tried: string[] = [];
    const work = (name: string): Promise<string> => {
      tried.push(name);
      return name === "m1"
        ? Promise.reject(new MccError("unreachable", "m1 is dead"))
        : Promise.resolve(name);
    };
    assert.equal(await spread.place(undefined, { work, hasBegun }), "m2");
    const begun = { work, hasBegun: () => Promise.resolve(true) };
    await assertMccError(spread.place(undefined, begun), "unreachable", /m1 is dead/);
    const broken = { work: () => Promise.reject(new MccError("engine", "no space")), hasBegun };
    await assertMccError(spread.place(undefined, broken), "engine", /no space/);
    assert.deepEqual(tried, ["m1", "m2", "m1"]);
  });
});
