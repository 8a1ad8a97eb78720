import assert from "node:assert/strict";
import { MccError } from "../../../../protocol/error";
import { userDataDigest } from "../../../../protocol/methods/values/user-data";
import { instance } from "../../../../provider/hooks";
import { hideOutputOf } from "../../../../provider/hooks/sdk/hidden-output";
import { standInDaemons } from "../../../support/daemons/stand-in-daemon";
import { withEnvironment } from "../../../support/environment";
import { stackConfig } from "../../../support/pulumi/stack-config";

const userData = "echo hello";
const ownerUrn = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/minicloud:Instance::web";
const inputs = {
  ownerUrn,
  clientToken: "0".repeat(32),
  image: "micro",
  type: "basic",
  keys: [],
  name: "web",
};

describe("the output of a secret script", () => {
  const startDaemon = standInDaemons();
  withEnvironment(() => ({ MCC_SERVER: undefined, MCC_TOKEN: undefined, MCC_RUNTIME_DIR: "/nonexistent" }));

  it("is hidden unless the program gave exactly this script and it is not secret", () => {
    const shownScript = userDataDigest(userData);
    assert.deepEqual(hideOutputOf({ userData, shownScript }), {});
    assert.deepEqual(hideOutputOf({ shownScript: userDataDigest("") }), {});
    assert.deepEqual(hideOutputOf({ userData, shownScript: "" }), { hideOutput: true });
    assert.deepEqual(hideOutputOf({ userData: "of a transform", shownScript }), { hideOutput: true });
    assert.deepEqual(hideOutputOf({ userData, hideOutput: true }), { hideOutput: true });
    assert.deepEqual(hideOutputOf({ userData }), {});
  });

  it("is omitted from the error of a daemon that does not support hideOutput", async () => {
    const daemon = await startDaemon({
      "instance.create": () => {
        throw new MccError("invalid", `userData ended with exit code 1; the last it said: "s3cret".`);
      },
    });
    await instance.configure(stackConfig({ "minicloud:server": daemon.url, "minicloud:token": "t0ken" }));
    await assert.rejects(instance.create({ ...inputs, userData, hideOutput: true }), (error: Error) => {
      assert.match(error.message, /The message of the server is omitted .*"mcc logs"/);
      assert.doesNotMatch(error.message, /s3cret/);
      return true;
    });
    assert.equal(daemon.calls.at(-1)?.parameters.hideOutput, undefined);
    await assert.rejects(instance.create({ ...inputs, userData }), { message: /the last it said: "s3cret"/ });
  });
});
