import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import * as minicloud from "../../provider";
import { type Fleet, type Instance } from "../../provider";

/** A user's program, which its test imports. */
async function site(): Promise<{ fleet: Fleet; database: Instance; biggest: string | undefined }> {
  const { images } = await minicloud.getImages();
  const fleet = new minicloud.Fleet("web", { count: 3, image: images[0]?.name ?? "micro", ttl: "2h" });
  const database = new minicloud.Instance("db", {
    ttl: "2h",
    labels: { peers: fleet.ipAddresses.apply(String) },
  });
  const { instances } = await minicloud.getInstances({ labels: { tier: "front" } });
  return { fleet, database, biggest: instances[0]?.name };
}

describe("a user's unit test", () => {
  const asked: unknown[] = [];

  before(async () => {
    await pulumi.runtime.setMocks({
      call: ({ token, inputs }) => {
        asked.push([token, inputs]);
        return { images: [{ name: "debian-12" }], instances: [{ name: "web-1" }] };
      },
      newResource: ({ name, inputs }: pulumi.runtime.MockResourceArgs) => ({
        id: name,
        state: { ...(inputs as object), ipAddresses: ["198.18.0.2", "198.18.0.3"] },
      }),
    });
  });

  it("gets resources and functions without a server and without an organization", async () => {
    const { fleet, database, biggest } = await site();
    const value = await new Promise((resolve) =>
      pulumi.all([fleet.image, fleet.count, database.labels, biggest]).apply(resolve),
    );
    assert.deepEqual(value, ["debian-12", 3, { peers: "198.18.0.2,198.18.0.3" }, "web-1"]);
    assert.deepEqual(asked, [
      ["minicloud:index:getImages", {}],
      ["minicloud:index:getInstances", { labels: { tier: "front" } }],
    ]);
  });

  it("gets the output forms of the functions", async () => {
    const { name } = await new Promise<{ name: string }>((resolve) => {
      minicloud.getImagesOutput().images[0]?.apply(resolve);
    });
    assert.equal(name, "debian-12");
  });
});
