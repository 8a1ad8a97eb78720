import assert from "node:assert/strict";
import { imageName } from "../../fakes/openvz/install";
import { fakeHosts } from "../../fakes/openvz/suite";
import { importMicro } from "../../support/daemons/micro-image";
import { type OpenvzDaemon, openOpenvzDaemon } from "../../support/daemons/openvz-daemon";
import { testDaemons } from "../../support/daemons/test-daemon";
import { eventually } from "../../support/time/eventually";
import { answer, assertFault, call, int, members, struct, text, yes } from "./raw-call";

interface Served {
  readonly url: string;
  readonly image: string;
}

/** The tests of the old clients' methods, which are the same for every driver. */
function behavesAsTheOldServer(served: () => Served): void {
  const list = (...parameters: string[]): Promise<string> =>
    answer(served().url, "openvz.get_instances", ...parameters);

  it("lists images and types as arrays of strings", async () => {
    const { url, image } = served();
    assert.equal(
      await answer(url, "openvz.get_images"),
      `<array><data><value><string>${image}</string></value></data></array>`,
    );
    assert.match(
      await answer(url, "openvz.get_instance_types"),
      /^<array><data>(<value><string>[a-z]+<\/string><\/value>)+<\/data><\/array>$/,
    );
  });

  it("runs an instance, shows it once it is ready, and destroys it", async () => {
    const { url, image } = served();
    const key = "ssh-rsa AAAAB3NzaC1yc2E me";
    const started = await answer(
      ...[url, "openvz.run_instance", text(image), text("light"), text(key), text("web")],
    );
    const [, id = "", ip = ""] =
      /<name>id<\/name><value><int>(\d+)<\/int>.*<name>ip<\/name><value><string>([\d.]+)</.exec(started) ??
      assert.fail(started);
    await eventually(async () => (await list()).includes("running"), "it is up");
    const shown = [
      ...[`id string ${id}`, `ip string ${ip}`, "status string running"],
      ...[`ostemplate string ${image}`, "name string web"],
    ];
    for (const parameters of [[], [struct({})], [struct({ all: yes })], [struct({ instance: text(id) })]]) {
      assert.deepEqual(members(await list(...parameters)), shown);
    }
    assert.equal(await answer(url, "openvz.destroy_instance", int(Number(id))), "<boolean>1</boolean>");
    await eventually(async () => members(await list(struct({ all: yes }))).length === 0, "it is gone");
  });

  it("answers with the old faults", async () => {
    const { url, image } = served();
    const faults: [method: string, parameters: string[], code: number, message: string][] = [
      ["run_instance", [text("gentoo")], 2, "Image template gentoo not found!"],
      ["run_instance", [text(image), text("huge")], 2, "Instance type huge not found"],
      ["destroy_instance", [text("499")], 2, "Instance ID not found"],
    ];
    for (const [method, parameters, code, message] of faults) {
      const words = `Uncaught exception ${message} in method openvz.${method}`;
      await assertFault(call(url, `openvz.${method}`, ...parameters), code, words);
    }
    await assertFault(
      call(url, "openvz.run_instance"),
      1,
      "Method openvz.run_instance missing or wrong number of parameters!",
    );
  });
}

for (const generation of ["v4", "v7"] as const) {
  describe(`the old wire over OpenVZ, the fake ${generation}`, function () {
    this.timeout(60_000);
    let daemon: OpenvzDaemon;
    const host = fakeHosts({ generation }, () => daemon.close());
    beforeEach(async () => {
      daemon = await openOpenvzDaemon(host().root);
    });
    behavesAsTheOldServer(() => ({ url: daemon.url, image: imageName }));
  });
}

describe("the old wire over LXC", function () {
  this.timeout(60_000);
  const newDaemon = testDaemons();
  let url = "";
  before(async () => {
    const daemon = await newDaemon({ driver: "lxc", words: ["--allow-anonymous"] });
    await daemon.start();
    url = daemon.url;
    await importMicro(daemon, await daemon.client());
  });
  behavesAsTheOldServer(() => ({ url, image: "micro" }));
});
