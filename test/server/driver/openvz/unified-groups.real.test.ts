import assert from "node:assert/strict";
import { unaidedHost } from "../../../fakes/openvz/behaviour";
import { assertMccError } from "../../../support/assert-error";
import { fakeDrivers, lightSpec } from "./fake-driver";

describe("the OpenVZ driver on a host with control groups of both versions", () => {
  const { host, newDriver } = fakeDrivers({ ...unaidedHost, unifiedGroups: true });

  beforeEach(() => {
    host().asShipped();
  });

  it("says before it starts that vzctl can stop nothing there, and how to change the host", async () => {
    const [found, ...others] = await newDriver().preflight({});
    assert.match(
      found?.lacking ?? "",
      /^control groups of version 2 are mounted at \/sys\/fs\/cgroup\/unified/,
    );
    assert.match(found?.remedy ?? "", /^umount \/sys\/fs\/cgroup\/unified;/);
    assert.deepEqual(others, []);
    host().behave({ unifiedGroups: false });
    assert.deepEqual(await newDriver().preflight({}), []);
  });

  it("reports a stop that failed because of them, with the remedy, and stops it after the change", async () => {
    const driver = newDriver();
    await driver.create(lightSpec(501));
    await driver.start(501);
    await assertMccError(
      driver.stop(501, 0),
      "engine",
      /^vzctl stop 501 --fast failed with exit code 33, .*version 2 may confuse vzctl, and mccserver --check/,
    );
    host().behave({ unifiedGroups: false });
    assert.deepEqual(await driver.list(), [{ id: 501, state: "stopped" }]);
    await driver.destroy(501);
    assert.deepEqual(host().remains(), []);
  });
});
