import assert from "node:assert/strict";
import { MccError } from "../../../../protocol/error";
import type { Leased } from "../../../../server/cloud/lifetimes/lifetime";
import { type OwnAct, OwnActs } from "../../../../server/cloud/lifetimes/own-acts";

describe("what the daemon destroys by itself", () => {
  function leased(destroy: Leased["destroy"]): Leased {
    return {
      uid: "u",
      title: "instance 500 (web)",
      method: "instance.destroy",
      subject: { instance: 500 },
      destroy,
    };
  }

  it("is told, also what came before there was a listener, and what failed", async () => {
    const ownActs = new OwnActs();
    const whys: string[] = [];
    const good = ownActs.observed(
      leased((why) => {
        whys.push(why);
        return Promise.resolve(3);
      }),
    );
    const bad = ownActs.observed(leased(() => Promise.reject(new MccError("engine", "no"))));
    assert.equal(await good.destroy("its TTL of 2h expired"), 3);
    const told: OwnAct[] = [];
    ownActs.listen((act) => told.push(act));
    await assert.rejects(bad.destroy("its lease ended"), /no/);
    assert.deepEqual(whys, ["its TTL of 2h expired"]);
    assert.deepEqual(
      told.map((act) => ({ ...act, ms: 0 })),
      [
        {
          method: "instance.destroy",
          subject: { instance: 500 },
          result: "ok",
          ms: 0,
          reason: "its TTL of 2h expired",
        },
        {
          method: "instance.destroy",
          subject: { instance: 500 },
          result: "engine",
          ms: 0,
          reason: "its lease ended",
        },
      ],
    );
  });
});
