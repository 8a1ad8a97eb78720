import assert from "node:assert/strict";
import { imageName } from "../../fakes/openvz/install";
import { fakeHosts } from "../../fakes/openvz/suite";
import { type OpenvzDaemon, openOpenvzDaemon } from "../../support/daemons/openvz-daemon";
import { type ProgramRun, runProgram } from "../../support/programs/run-program";

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE0dhl+kGYvZKYG8FBh13NiG2zQ/KNfxHUWLieg1ciKx me";

for (const generation of ["v4", "v7"] as const) {
  describe(`the commands over OpenVZ, the fake ${generation}`, function () {
    this.timeout(120_000);
    let daemon: OpenvzDaemon;
    const host = fakeHosts({ generation }, () => daemon.close());
    beforeEach(async () => {
      daemon = await openOpenvzDaemon(host().root);
    });

    const run = (...words: string[]): Promise<ProgramRun> =>
      runProgram(words, { environment: { MCC_SERVER: daemon.url } });

    async function output(...words: string[]): Promise<string> {
      const { exitCode, stdout, stderr } = await run(...words);
      assert.deepEqual([exitCode, stderr], [0, ""], words.join(" "));
      return stdout;
    }

    it("work like those of the first MiniCloud, in its layout", async () => {
      assert.equal(await output("mcc-list-images", "--classic"), `IMAGE \t${imageName}`);
      assert.equal(
        await output("mcc-list-instance-types", "--classic"),
        "INST_TYPE\tbasic\nINST_TYPE\tlight",
      );
      await output("mcc-add-key", "--name", "me", "--public-key", publicKey);
      assert.equal(await output("mcc-list-keys", "--classic"), "KEY\tme");
      const options = ["-i", imageName, "-t", "light", "-k", "me", "-n", "web", "--wait-for", "running"];
      assert.equal(
        await output("mcc-run-instances", ...options, "--classic"),
        "\t\tID\tIP\nINST\t500\t198.18.0.2",
      );
      assert.equal(
        await output("mcc-list-instances", "-i", "500", "--classic"),
        `\t\tID\tIP\t\tSTATUS\t\tTEMPLATE\t\t\tNAME\nINSTANCE\t500\t198.18.0.2\trunning\t\t${imageName}\t\tweb`,
      );
      assert.equal(await output("mcc-destroy-instance", "-i", "500"), "500 (web) destroyed");
      assert.equal(await output("mcc-destroy-key", "--name", "me"), "me destroyed");
      assert.equal(await output("mcc-list-instances", "-a", "-q"), "");
      assert.deepEqual(host().remains(), []);
    });

    it("also work with the options that the first MiniCloud did not have", async () => {
      const made = ["-i", imageName, "-n", "web", "-c", "2", "--wait-for", "running", "-q"];
      assert.deepEqual((await output("mcc", "run-instances", ...made)).split("\n").sort(), ["500", "501"]);
      assert.equal(await output("mcc", "exec", "web-1", "echo", "a  b"), "a  b");
      assert.match(await output("mcc", "stop", "web-1"), /^50\d \(web-1\) stopped$/);
      assert.match(await output("mcc", "start", "web-1"), /^50\d \(web-1\) running$/);
      assert.match(await output("mcc", "restart", "--grace", "0", "web-2"), /^50\d \(web-2\) running$/);
      assert.match(await output("mcc", "wait", "web-1"), /^50\d \(web-1\) running$/);
      const { exitCode, stderr } = await run("mcc", "remove-image", imageName);
      assert.match(stderr, /^mcc: The image ".*" is used by instances 50\d, 50\d; destroy them first\.$/);
      assert.equal(exitCode, 1);
      assert.match(await output("mcc", "server-info"), /^driver +openvz$/m);
      assert.equal((await output("mcc-destroy-instance", "--all", "-y")).split("\n").length, 2);
      assert.deepEqual(host().remains(), []);
    });
  });
}
