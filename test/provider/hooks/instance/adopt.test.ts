import assert from "node:assert/strict";
import { MccError } from "../../../../protocol/error";
import { instance } from "../../../../provider/hooks";
import {
  type Handlers,
  type StandInDaemon,
  standInDaemons,
  standInServerId,
} from "../../../support/daemons/stand-in-daemon";
import { withEnvironment } from "../../../support/environment";
import { exampleInstance } from "../../../support/example-instance";
import { stackConfig } from "../../../support/pulumi/stack-config";

const ownerUrn = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/minicloud:Instance::db";
const ownerLabels = { "minicloud/project": "shop", "minicloud/stack": "dev", "minicloud/resource": "db" };
const adopting = { adopt: 512, waitFor: ["ssh"], ownerUrn, clientToken: "0".repeat(32), __provider: "text" };
const found = exampleInstance({
  id: 512,
  name: "old-db",
  image: "debian-12",
  keys: ["you"],
  labels: { a: "b" },
});

describe("an Instance that adopts", () => {
  const startDaemon = standInDaemons();
  withEnvironment(() => ({ MCC_SERVER: undefined, MCC_TOKEN: undefined, MCC_RUNTIME_DIR: "/nonexistent" }));

  async function connected(handlers: Handlers): Promise<StandInDaemon> {
    const daemon = await startDaemon({ "instance.listForeign": () => [], ...handlers });
    await instance.configure(stackConfig({ "minicloud:server": daemon.url }));
    return daemon;
  }

  const missing = (): never => {
    throw new MccError("not-found", "No instance 512.");
  };

  it("adds its labels to the existing instance, and changes nothing else", async () => {
    const labels = { a: "b", ...ownerLabels };
    const daemon = await connected({
      "instance.get": () => found,
      "instance.update": () => ({ ...found, labels }),
    });
    const { id, outs = {} } = await instance.create(adopting);
    assert.deepEqual(daemon.calls.at(-1)?.parameters, {
      instance: 512,
      uid: found.uid,
      serverId: standInServerId,
      labels,
    });
    assert.deepEqual(
      [id, outs.name, outs.image, outs.keys, outs.labels],
      ["512", "old-db", "debian-12", ["you"], { a: "b" }],
    );
    assert.equal((await instance.diff(id, outs, adopting)).changes, false);
    await connected({ "instance.get": () => ({ ...found, labels }) });
    const { adopt, waitFor, clientToken } = adopting;
    assert.deepEqual((await instance.read(id, outs)).inputs, { adopt, waitFor, ownerUrn, clientToken });
  });

  it("applies the arguments of the program", async () => {
    const daemon = await connected({ "instance.get": () => found, "instance.update": () => found });
    await instance.create({ ...adopting, type: "large", labels: { tier: "back" }, ttl: 60 });
    const { type, labels, ttlSeconds } = daemon.calls.at(-1)?.parameters ?? {};
    assert.deepEqual([type, labels, ttlSeconds], ["large", { tier: "back", ...ownerLabels }, 60]);
  });

  const refused: Record<string, { handlers: Handlers; given?: object; message: RegExp }> = {
    "does not exist": {
      handlers: { "instance.get": missing },
      message: /no instance 512 to adopt\. .*omit adopt/,
    },
    "belongs to another resource": {
      handlers: {
        "instance.get": () => ({ ...found, labels: { ...ownerLabels, "minicloud/stack": "prod" } }),
      },
      message:
        /cannot be adopted because it belongs to another resource: its label minicloud\/stack is "prod"/,
    },
    "belongs to a fleet": {
      handlers: { "instance.get": () => ({ ...found, fleet: { name: "raw", index: 1 } }) },
      message: /cannot be adopted because it belongs to the fleet "raw"/,
    },
    "has another image than the requested one": {
      handlers: { "instance.get": () => found },
      given: { image: "micro" },
      message: /its image is "debian-12", not "micro"\. Set image to the existing value, or omit it\./,
    },
  };
  for (const [what, { handlers, given, message }] of Object.entries(refused)) {
    it(`refuses an instance that ${what}, and changes nothing`, async () => {
      const daemon = await connected(handlers);
      await assert.rejects(instance.create({ ...adopting, ...given }), (error: Error) => {
        assert.match(error.message, message);
        assert.equal("id" in error, false);
        return true;
      });
      assert.ok(!daemon.methods().includes("instance.update"));
    });
  }

  it("is not recorded if the adoption fails, so that Pulumi does not destroy the host", async () => {
    const daemon = await connected({
      "instance.get": () => ({ ...found, uid: "a".repeat(32) }),
      "instance.update": () => {
        throw new MccError("not-found", 'No key "nobody".');
      },
    });
    await assert.rejects(instance.create({ ...adopting, keys: ["nobody"] }), (error: Error) => {
      assert.equal(error.message, 'No key "nobody".');
      assert.equal("id" in error, false);
      return true;
    });
    assert.deepEqual(daemon.methods(), ["instance.get", "instance.update"]);
  });

  it("adopts an instance once, even if two resources request it at the same time", async () => {
    const uid = "b".repeat(32);
    const daemon = await connected({
      "instance.get": () => ({ ...found, uid }),
      "instance.update": () => ({ ...found, uid }),
    });
    const other = { ...adopting, ownerUrn: ownerUrn.replace(/db$/, "other") };
    const outcomes = await Promise.allSettled([instance.create(adopting), instance.create(other)]);
    const refusals = outcomes.filter((outcome) => outcome.status === "rejected");
    assert.equal(refusals.length, 1);
    assert.match(
      (refusals[0]?.reason as Error | undefined)?.message ?? "",
      /cannot be adopted twice: the resource "(db|other)"/,
    );
    assert.equal(daemon.methods().filter((method) => method === "instance.update").length, 1);
  });

  it("refuses a change that would replace the instance", async () => {
    await connected({
      "image.list": () => [{ name: "micro", sizeBytes: 0, createdAt: "2026-01-01T00:00:00Z" }],
    });
    const olds = { ...adopting, image: "debian-12", hostname: "old-db" };
    const { failures = [] } = await instance.check(olds, { ...adopting, userData: "true" });
    assert.deepEqual(
      failures.map(({ reason }) => reason),
      [
        "userData: a change would replace the instance, but an adopted instance cannot be replaced; restore the old userData",
      ],
    );
    assert.deepEqual((await instance.check(olds, adopting)).failures, []);
  });

  it("does not take over a container that differs from the arguments", async () => {
    const container = { engineId: "512", status: "running", image: "centos-6", ipAddresses: ["198.18.0.2"] };
    const daemon = await connected({ "instance.get": missing, "instance.listForeign": () => [container] });
    await assert.rejects(instance.create({ ...adopting, image: "micro" }), {
      message: /^Container 512 cannot be adopted with these arguments: its image is "centos-6", not "micro"/,
    });
    assert.ok(!daemon.methods().includes("instance.takeOver"));
  });

  it("takes over a container that other software created", async () => {
    const daemon = await connected({
      "instance.get": missing,
      "instance.listForeign": () => [{ engineId: "512", status: "running", ipAddresses: ["198.18.0.2"] }],
      "instance.takeOver": () => ({ ...found, labels: {} }),
      "instance.update": () => found,
    });
    await instance.create({ ...adopting, keys: ["me"] });
    assert.deepEqual(daemon.methods(), [
      ...["instance.get", "instance.listForeign", "instance.takeOver", "instance.update"],
    ]);
  });
});
