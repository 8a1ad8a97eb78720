import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { MccError } from "../../../../protocol/error";
import type { ClusterMember } from "../../../../server/driver/incus/api/types";
import { Spread, type Target } from "../../../../server/driver/incus/spread";
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
const named = { work: ({ name }: Target) => Promise.resolve(name), hasBegun };

describe("new containers on the members of a cluster", () => {
  it("are spread by the engine while all members answer, which is asked for one after the other", async () => {
    const members = [member("m1"), member("m2", "Offline"), member("m3", "Online", ["west"])];
    const spread = spreadOver(members, { m1: 12, m3: 12 });
    const asked: string[] = [];
    const work = ({ name, members: possible, inTurn }: Target): Promise<string> =>
      inTurn(async () => {
        asked.push("begin");
        await pause(5);
        asked.push("end");
        return `${name} of ${[...possible].join()}`;
      });
    const broken = { work: () => Promise.reject(new MccError("engine", "full")), hasBegun };
    const placed = await Promise.all([
      spread.place(undefined, { work, hasBegun }),
      spread.place("west", { work, hasBegun }),
      spread.place(undefined, broken).catch(String),
      spread.place("default", { work, hasBegun }),
    ]);
    assert.deepEqual(placed, ["undefined of m1,m3", "@west of m3", "MccError: full", "@default of m1"]);
    assert.deepEqual(asked, ["begin", "end", "begin", "end", "begin", "end"]);
  });

  it("are evened out if the engine does not", async () => {
    const spread = spreadOver([member("m1"), member("m2")], { m1: 12, m2: 12 });
    const placed: (string | undefined)[] = [];
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const work = async ({ name, onChoice }: Target): Promise<void> => {
      placed.push(name);
      onChoice("m1");
      await gate;
    };
    const all: Promise<void>[] = [];
    for (let count = 0; count < 7; count += 1) {
      all.push(spread.place(undefined, { work, hasBegun }));
      await pause(1);
    }
    release();
    await Promise.all(all);
    assert.deepEqual(placed, [undefined, undefined, undefined, undefined, "m2", undefined, "m2"]);
  });

  it("are spread by the daemon while they are few, if there is a choice", async () => {
    assert.equal(await spreadOver([member("m1"), member("m2")], { m1: 1 }).place(undefined, named), "m2");
    assert.equal(await spreadOver([member("m1")]).place(undefined, named), undefined);
  });

  it("are not held up by a request that takes long", async () => {
    const spread = spreadOver([member("m1")]);
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const stuck = spread.place(undefined, { work: ({ inTurn }) => inTurn(() => gate), hasBegun });
    const work = ({ inTurn }: Target): Promise<string> => inTurn(() => Promise.resolve("done"));
    assert.equal(await spread.place(undefined, { work, hasBegun }), "done");
    release();
    await stuck;
  });

  it("are spread by the daemon if a member does not answer, also while many creations are under way", async () => {
    const spread = spreadOver([member("m1"), member("m2"), member("m3"), member("m4")], { m1: 2 }, ["m4"]);
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const placed: (string | undefined)[] = [];
    const work = async ({ name }: Target): Promise<void> => {
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
    assert.equal(await spreadOver(members, {}, ["m3"]).place(undefined, named), "m4");
    assert.equal(await spreadOver(members, {}, ["m4"]).place(undefined, named), "m3");
    await assertMccError(
      spreadOver(members, {}, ["m4"]).place("west", named),
      "unreachable",
      /No member that takes new containers answers/,
    );
  });

  it("go to the next member only if nothing exists on one that does not answer", async () => {
    const spread = spreadOver([member("m1"), member("m2")], { m1: 12, m2: 12 });
    const tried: (string | undefined)[] = [];
    const work = ({ name }: Target): Promise<string> => {
      tried.push(name);
      return name === "m2"
        ? Promise.resolve(name)
        : Promise.reject(new MccError("unreachable", "m1 is dead"));
    };
    assert.equal(await spread.place(undefined, { work, hasBegun }), "m2");
    const begun = { work, hasBegun: () => Promise.resolve(true) };
    await assertMccError(spread.place(undefined, begun), "unreachable", /m1 is dead/);
    const broken = { work: () => Promise.reject(new MccError("engine", "no space")), hasBegun };
    await assertMccError(spread.place(undefined, broken), "engine", /no space/);
    assert.deepEqual(tried, [undefined, "m1", "m2", undefined]);
  });
});
