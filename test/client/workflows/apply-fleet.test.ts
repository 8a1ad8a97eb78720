import assert from "node:assert/strict";
import { connect } from "../../../client";
import { Client } from "../../../client/client";
import { parseServerAddress } from "../../../client/discovery/server-address";
import { applyFleet } from "../../../client/workflows/apply-fleet";
import { MccError } from "../../../protocol/error";
import { assertMccError } from "../../support/assert-error";
import { type Handlers, type StandInDaemon, standInDaemons } from "../../support/daemons/stand-in-daemon";
import { exampleFleet } from "../../support/example-fleet";
import { HandClientTime } from "../../support/time/hand-client-time";

const fleet = exampleFleet();
const asked = { name: "web", count: 2, clientToken: "token-of-web" };

describe("applyFleet", () => {
  const startDaemon = standInDaemons();

  async function applying(handlers: Handlers): Promise<StandInDaemon> {
    return await startDaemon({ "fleet.apply": () => fleet, "fleet.get": () => fleet, ...handlers });
  }

  it("reports the number of ready members until all are ready", async () => {
    const looks = [0, 1, 2].map((ready) => ({
      done: ready === 2,
      fleet: { ...fleet, counts: { ...fleet.counts, ready } },
    }));
    const daemon = await applying({ "fleet.wait": () => looks.shift() });
    const seen: number[] = [];
    const made = await applyFleet(connect({ server: daemon.url }), asked, {
      onLook: ({ counts }) => seen.push(counts.ready),
    });
    assert.deepEqual(seen, [2, 0, 1, 2]);
    assert.equal(made.members.length, 2);
  });

  it("applies again after a restart of the daemon", async () => {
    let waits = 0;
    const daemon = await applying({
      "fleet.wait": () => {
        waits += 1;
        if (waits === 1) {
          throw new MccError("unavailable", "The server ends.");
        }
        return { done: true, fleet };
      },
    });
    const time = new HandClientTime();
    await applyFleet(new Client(parseServerAddress(daemon.url), undefined, { time }), asked);
    assert.equal(time.pauses, 1);
    assert.equal(daemon.methods().filter((method) => method === "fleet.apply").length, 2);
  });

  it("fails with the daemon's error", async () => {
    const daemon = await applying({
      "fleet.wait": () => {
        throw new MccError("engine", "web-2: no.");
      },
    });
    await assertMccError(applyFleet(connect({ server: daemon.url }), asked), "engine", /^web-2: no\.$/);
  });
});
