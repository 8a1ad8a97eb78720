import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { Vz } from "../../../../server/driver/openvz/commands/vz";
import { DirectRootWork } from "../../../../server/driver/openvz/root-work/direct-root-work";
import { RunRemains } from "../../../../server/driver/openvz/run-remains";
import { unaidedHost } from "../../../fakes/openvz/behaviour";
import { driverOptions } from "../driver-options";
import { fakeDrivers } from "./fake-driver";

describe("what vzctl leaves of the run of an OpenVZ container", () => {
  const { host } = fakeDrivers(unaidedHost);
  const record = "var/lib/vzctl/vepid/501";

  /** @param looksInUse how often the container still has processes. */
  const removeWhile = async (looksInUse: number): Promise<void> => {
    mkdirSync(host().path("var/lib/vzctl/vepid"), { recursive: true });
    writeFileSync(host().path(record), "1");
    const vz = new Vz(host().places, { timeoutMs: 60_000, mark: () => ({}) });
    let looks = 0;
    vz.controlGroups.removeOf = () => {
      looks += 1;
      return Promise.resolve(looks > looksInUse);
    };
    const work = new DirectRootWork(vz, host().path("state/openvz/imported-images"));
    await new RunRemains(work, driverOptions(host().path("state/openvz")).log).remove("501");
  };

  it("is removed also if the first process is still ending", async () => {
    await removeWhile(2);
    assert.deepEqual(host().traces(), []);
  });

  it("stays if the container goes on running", async () => {
    await removeWhile(Number.POSITIVE_INFINITY);
    assert.deepEqual(host().traces(), [record]);
  });
});
