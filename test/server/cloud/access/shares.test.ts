import assert from "node:assert/strict";
import type { Caller } from "../../../../server/cloud/access/caller";
import { requireShare, shares } from "../../../../server/cloud/access/shares";
import { CommandStreams } from "../../../../server/cloud/instances/commands/command-streams";
import { assertMccError } from "../../../support/assert-error";
import { testClouds } from "../../../support/daemons/test-cloud";

describe("the shares of users", () => {
  const newCloud = testClouds();
  const ann: Caller = { account: "ann", role: "user" };
  const bob: Caller = { account: "bob", role: "user" };
  const carol: Caller = { account: "carol", role: "admin" };

  async function refused(work: () => unknown): Promise<void> {
    await assertMccError(
      (async () => await Promise.resolve(work()))(),
      "exhausted",
      /^The account "ann" has \d+ \S.*s, and a user may have \d+; end or remove/,
    );
  }

  it("are those of the account, and admins have no limit", async () => {
    const full = Array.from({ length: shares.key }, () => ({ account: "ann" }));
    await refused(() => requireShare(ann, "key", full));
    requireShare(ann, "key", full.slice(1));
    requireShare(bob, "key", full);
    requireShare(carol, "key", [...full, ...full.map(() => ({ account: "carol" }))]);
  });

  it("limit the leases of an account", async () => {
    const { cloud } = await newCloud();
    const first = await cloud.leases.open(ann, { seconds: 60 });
    await Promise.all(
      Array.from({ length: shares.lease - 1 }, () => cloud.leases.open(ann, { seconds: 60 })),
    );
    await refused(() => cloud.leases.open(ann, { seconds: 60 }));
    await cloud.leases.open(bob, { seconds: 60 });
    await cloud.leases.end(ann, { lease: first.lease });
    await cloud.leases.open(ann, { seconds: 60 });
  });

  it("limit the followed commands of an account, so that others can follow theirs", async () => {
    const streams = new CommandStreams();
    const start = (caller: Caller): unknown =>
      streams.start(
        caller,
        { instance: 500, command: ["true"], stdin: false, timeoutSeconds: 60 },
        ({ signal }) =>
          new Promise((_resolve, reject) =>
            signal.addEventListener("abort", () => reject(signal.reason as Error)),
          ),
      );
    for (let count = 0; count < shares["followed command"]; count += 1) {
      start(ann);
    }
    await refused(() => start(ann));
    assert.ok(start(bob));
    await streams.close();
  });
});
