import assert from "node:assert/strict";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { importMicro } from "../support/daemons/micro-image";
import { testDaemons } from "../support/daemons/test-daemon";
import { runProgram } from "../support/programs/run-program";
import { eventually } from "../support/time/eventually";

describe("an LXC instance that cannot be started again after a reboot of the host", function () {
  this.timeout(120_000);
  const newDaemon = testDaemons();

  it("shows the reason in the list until it is started", async () => {
    const daemon = await newDaemon({ driver: "lxc" });
    await daemon.start();
    let client = await daemon.client();
    await importMicro(daemon, client);
    const { id } = await client.call("instance.create", { name: "web", type: "light", waitSeconds: 60 });
    const isDown = async (): Promise<boolean> =>
      (await client.call("instance.get", { instance: id })).status === "stopped";
    await client.call("instance.exec", { instance: id, command: ["poweroff", "-f"] }).catch(() => undefined);
    await eventually(isDown, "it is down");
    client.close();
    await daemon.stop();
    const image = join(daemon.stateFolder, "lxc/images/micro");
    await rename(image, `${image}-away`);
    await writeFile(join(daemon.stateFolder, "boot-id.json"), JSON.stringify({ bootId: "an earlier one" }));
    await daemon.start();
    client = await daemon.client();
    const environment = { ...daemon.environment, MCC_SERVER: daemon.url, MCC_TOKEN: await daemon.token() };
    const list = async (): Promise<[string, string]> => {
      const { stdout, stderr } = await runProgram(["mcc", "list-instances"], { environment });
      return [stdout, stderr];
    };
    const reason = new RegExp(`^${id} \\(web\\): It could not be started: .*; start it when`);
    await eventually(async () => reason.test((await list())[1]), "the reason is listed");
    assert.match((await list())[0], new RegExp(`^${id} +web +stopped`, "m"));
    await rename(`${image}-away`, image);
    await client.call("instance.start", { instance: id });
    const [stdout, stderr] = await list();
    assert.match(stdout, new RegExp(`^${id} +web +running`, "m"));
    assert.equal(stderr, "");
    await client.call("instance.destroy", { instance: id });
    client.close();
  });
});
