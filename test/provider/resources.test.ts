import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Instance, type InstanceArgs, Key } from "../../provider";
import { type Registered, type RunOptions, runWithMocks } from "../support/pulumi/mock-program";

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHGoOrTiQeaVgdv0xpVLNFHI3JpBYSSgNR5rRSzTFhvl me@home";

describe("the resources under pulumi.runtime.setMocks", () => {
  async function registeredBy(program: () => unknown, options?: RunOptions): Promise<Registered> {
    const [resource] = await runWithMocks(program, options);
    assert.ok(resource, "nothing was registered");
    return resource;
  }

  async function tokenOf(program: () => unknown, options?: RunOptions): Promise<unknown> {
    return (await registeredBy(program, options)).inputs.clientToken;
  }

  it("have outputs", async () => {
    const seen: { instance?: Instance; key?: Key } = {};
    await runWithMocks(() => {
      seen.key = new Key("me", { publicKey });
      seen.instance = new Instance("web", { keys: [seen.key.name] });
    });
    const value = await new Promise((resolve) =>
      pulumi.all([seen.instance?.ipAddress, seen.instance?.instanceId, seen.key?.fingerprint]).apply(resolve),
    );
    assert.deepEqual(value, ["198.18.0.2", 500, "SHA256:x"]);
  });

  it("can share an object of arguments", async () => {
    const args: InstanceArgs = { image: "micro" };
    const registered = await runWithMocks(() => {
      new Instance("one", args);
      new Instance("two", args);
    });
    assert.deepEqual(args, { image: "micro" });
    assert.deepEqual(registered.map(({ name }) => name).sort(), ["one", "two"]);
  });

  it("send only given arguments", async () => {
    const { inputs } = await registeredBy(() => new Instance("web", { image: "micro" }));
    assert.deepEqual(Object.keys(inputs).sort(), ["__provider", "clientToken", "image", "ownerUrn"]);
  });

  it("have the same token in every run and in a preview", async () => {
    const program = (): unknown => new Instance("web");
    const token = await tokenOf(program);
    assert.match(String(token), /^[0-9a-f]{32}$/);
    assert.equal(await tokenOf(program), token);
    assert.equal(await tokenOf(program, { preview: true }), token);
  });

  it("have another token for every stack, type, parent and namespace", async () => {
    const tokens = [
      await tokenOf(() => new Instance("web")),
      await tokenOf(() => new Instance("web"), { stack: "other" }),
      await tokenOf(() => new Key("web", { publicKey })),
      await tokenOf(() => {
        const parent = new pulumi.ComponentResource("my:module:Site", "site");
        new Instance("web", {}, { parent });
      }),
      await tokenOf(() => {
        pulumi.runtime.setConfig("minicloud:namespace", "team");
        new Instance("web");
      }),
    ];
    pulumi.runtime.setAllConfig({});
    assert.equal(new Set(tokens).size, tokens.length, tokens.join(" "));
  });

  it("do not wait for the parent that creates them", async () => {
    class Site extends pulumi.ComponentResource<{ name: string }> {
      constructor() {
        super("my:module:Site", "site", {});
      }
      protected override async initialize(): Promise<{ name: string }> {
        const { name } = new Instance("web", {}, { parent: this });
        return await new Promise((resolve) => name.apply(() => resolve({ name: "web" })));
      }
    }
    const { inputs } = await registeredBy(() => new Site());
    assert.match(String(inputs.ownerUrn), /my:module:Site\$pulumi-nodejs:dynamic\/minicloud:Instance::web$/);
  });
});
