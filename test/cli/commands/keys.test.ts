import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestDaemon, testDaemons } from "../../support/daemons/test-daemon";
import { temporaryFolders } from "../../support/files/temporary-folder";
import { environmentFor, type ProgramRun, runProgram } from "../../support/programs/run-program";

const one = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE0dhl+kGYvZKYG8FBh13NiG2zQ/KNfxHUWLieg1ciKx one";
const two = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl two";
const privateKey =
  "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----\n";

describe("the commands for keys", function () {
  this.timeout(30_000);
  const newDaemon = testDaemons();
  const newFolder = temporaryFolders();
  let daemon: TestDaemon;
  let home: string;

  before(async () => {
    daemon = await newDaemon();
    await daemon.start();
    home = await newFolder();
  });
  afterEach(async () => {
    const client = await daemon.client();
    const keys = await client.call("key.list", {});
    await Promise.all(keys.map(({ name }) => client.call("key.remove", { name })));
  });

  const run = (words: string[], input = ""): Promise<ProgramRun> =>
    runProgram(words, { input, environment: { ...environmentFor(daemon), HOME: home } });

  async function assertFails(words: string[], said: RegExp, input?: string): Promise<void> {
    const { exitCode, stdout, stderr } = await run(words, input);
    assert.match(stderr, said, words.join(" "));
    assert.match(stderr, /^mcc[a-z-]*: [^\n]+$/, words.join(" "));
    assert.deepEqual([exitCode, stdout], [1, ""], words.join(" "));
  }

  async function kept(): Promise<string[]> {
    const keys = await (await daemon.client()).call("key.list", {});
    return keys.map(({ name, publicKey }) => `${name}: ${publicKey}`);
  }

  it("give keys to an instance that has none", async () => {
    const client = await daemon.client();
    await client.call("key.add", { name: "me", publicKey: one });
    const { id } = await client.call("instance.create", { name: "web" });
    assert.deepEqual(await run(["mcc", "update-instance", "web", "-k", "me", "-t", "light", "-n", "shop"]), {
      exitCode: 0,
      stdout: `${id} (shop) updated`,
      stderr: "",
    });
    const { keys, type, name } = await client.call("instance.get", { instance: id });
    assert.deepEqual([keys, type, name], [["me"], "light", "shop"]);
    await assertFails(["mcc", "update-instance", "shop", "-k", "mi"], /key "mi".*Did you mean "me"\?/);
    await assertFails(["mcc", "update-instance", "web", "-k", "me"], /no instance "web"/);
    await client.call("instance.destroy", { instance: id });
  });

  it("also set and remove the labels of an instance, and remove its owner", async () => {
    const client = await daemon.client();
    const owner = { urn: "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/minicloud:Instance::web" };
    const labels = { team: "qa", role: "web" };
    const made = await client.call("instance.create", { name: "web", labels, owner });
    const update = ["mcc", "update-instance", "web"];
    const { exitCode, stderr } = await run([
      ...update,
      "-l",
      "role=db",
      "-l",
      "tier=1",
      "--remove-label",
      "team",
    ]);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    const labelled = await client.call("instance.get", { instance: "web" });
    assert.deepEqual([labelled.labels, labelled.owner], [{ role: "db", tier: "1" }, owner]);
    assert.equal((await run([...update, "--release"])).exitCode, 0);
    assert.equal((await client.call("instance.get", { instance: "web" })).owner, undefined);
    assert.equal((await run([...update, "-l", "a=1", "--remove-label", "a"])).exitCode, 2);
    await client.call("instance.destroy", { instance: made.id });
  });

  it("add a key given as text, as a file or on standard input", async () => {
    const file = join(home, "two.pub");
    await writeFile(file, `${two}\n`);
    const added = await run(["mcc-add-key", "--name", "text", "--public-key", `  ${one}\n`]);
    assert.deepEqual([added.exitCode, added.stderr], [0, ""]);
    assert.match(added.stdout, /^text SHA256:\S{43} added$/);
    assert.equal((await run(["mcc", "add-key", "-n", "file", "-p", file])).exitCode, 0);
    assert.equal((await run(["mcc", "add-key", "-n", "input", "-p", "-"], `${one}\n`)).exitCode, 0);
    assert.deepEqual(await kept(), [`file: ${two}`, `input: ${one}`, `text: ${one}`]);
  });

  it("replace an existing key with update-key only, not with add-key", async () => {
    await run(["mcc-add-key", "-n", "me", "-p", one]);
    await assertFails(
      ["mcc-add-key", "-n", "me", "-p", two],
      /The key "me" exists already .*mcc update-key -n me\)/,
    );
    assert.match(
      (await run(["mcc", "update-key", "-n", "me", "-p", two])).stdout,
      /^me SHA256:\S{43} updated$/,
    );
    assert.deepEqual(await kept(), [`me: ${two}`]);
  });

  it("add the same key again under the same name without an effect", async () => {
    await run(["mcc-add-key", "-n", "me", "-p", one]);
    const { exitCode, stdout, stderr } = await run(["mcc", "add-key", "-n", "me", "-p", `${one}-at-home`]);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.match(stdout, /^me SHA256:\S{43} already added$/);
    assert.deepEqual(await kept(), [`me: ${one}`]);
  });

  it("destroy a key, and suggest the nearest names for an unknown one", async () => {
    await run(["mcc-add-key", "-n", "doylenet", "-p", one]);
    await assertFails(
      ["mcc-destroy-key", "-n", "doylnet"],
      /no key "doylnet" on this server\. Did you mean "doylenet"\?/,
    );
    await assertFails(
      ["mcc", "update-key", "-n", "doyle", "-p", two],
      /No key "doyle".*Did you mean "doylenet"\?/,
    );
    assert.equal((await run(["mcc-destroy-key", "--name", "doylenet"])).stdout, "doylenet destroyed");
    assert.deepEqual(await kept(), []);
  });

  it("refuse a text that is not a public key, and say what to do", async () => {
    const notes = join(home, "notes.txt");
    const secret = join(home, "id_ed25519");
    const cutOff = join(home, "cut.pub");
    await Promise.all([
      writeFile(notes, "milk, bread\n"),
      writeFile(secret, privateKey),
      writeFile(cutOff, one.slice(0, 50)),
      mkdir(join(home, "folder")),
    ]);
    const add = (given: string): string[] => ["mcc-add-key", "-n", "me", "-p", given];
    await assertFails(add(notes), /starts with "milk,", which is not a key type/);
    await assertFails(add(secret), /this is a private key.*ends in \.pub/);
    await assertFails(add(privateKey), /this is a private key/);
    await assertFails(add(cutOff), /check whether the copy is complete/);
    await assertFails(
      add(join(home, "nothing.pub")),
      /neither the text of a public key nor a readable file.*ENOENT/,
    );
    await assertFails(add(join(home, "folder")), /neither the text.*EISDIR/);
    await assertFails(add("-"), /it is empty/, "");
    await assertFails(add(`${one}\n${two}`), /several lines/);
    assert.deepEqual(await kept(), []);
  });

  it("offer the user's own key only on a terminal", async () => {
    await assertFails(["mcc-add-key", "-n", "me"], /reading your own key failed .*ssh-keygen -t ed25519/);
    await mkdir(join(home, ".ssh"));
    const own = join(home, ".ssh", "id_ed25519.pub");
    await writeFile(own, `${one}\n`);
    await assertFails(
      ["mcc-add-key", "-n", "me"],
      new RegExp(`no terminal to ask for confirmation.*give --public-key ${own}`),
    );
  });
});
