import assert from "node:assert/strict";
import { cp, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { checkout } from "../support/checkout";
import { freePort } from "../support/daemons/stand-in-daemon";
import { temporaryFolders } from "../support/files/temporary-folder";
import { hasEnded } from "../support/programs/process";
import { eventually } from "../support/time/eventually";

const publicKey = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"A".repeat(43)}`;

/**
 * The commands that the README of the first MiniCloud told users to type, in the clone that it told them to create. The
 * daemon is open to its clients, as it was then. Images exist in memory only.
 */
describe("the README of the first MiniCloud", function () {
  this.timeout(60_000);
  const newFolder = temporaryFolders();
  let clone: string;
  let environment: NodeJS.ProcessEnv;
  let pid: number;

  before(async () => {
    clone = await newFolder();
    for (const folder of ["bin", "sbin"]) {
      await cp(join(checkout, folder), join(clone, folder), { recursive: true, verbatimSymlinks: true });
    }
    // The other files, which are installed and built.
    await symlink(join(checkout, "scripts"), join(clone, "scripts"));
    const port = await freePort();
    environment = {
      PATH: `${dirname(process.execPath)}:${process.env.PATH}:${join(clone, "bin")}`,
      MCC_SERVER: `localhost:${port}`,
      MCC_RUNTIME_DIR: join(clone, "run"),
    };
    const open = ["--allow-anonymous", "--insecure", "-l", "0.0.0.0"];
    const here = ["--driver", "simulated", "--state-dir", join(clone, "state"), "-p", String(port)];
    const server = join(clone, "sbin", "mccserver");
    const { stdout } = await execa(server, ["-r", "10.0.0.100-10.0.0.200", ...open, ...here], {
      env: environment,
    });
    pid = Number(/\(process (\d+), /.exec(stdout)?.[1]);
    await writeFile(join(clone, "image.tar"), "");
    await type("mcc", "import-image", "centos-5-x86_64", join(clone, "image.tar"));
  });
  after(async () => {
    process.kill(pid, "SIGTERM");
    await eventually(() => hasEnded(pid), "the daemon has ended");
  });

  async function type(program: string, ...words: string[]): Promise<string> {
    const { stdout, stderr } = await execa(program, words, { env: environment });
    assert.equal(stderr, "");
    return stdout;
  }

  it("names the path of the log file", async () => {
    assert.match(await readFile(join(clone, "log", "mcc-server.log"), "utf8"), /"msg":/);
  });

  it("works for listing images, instance types and keys, and for adding a key", async () => {
    const lists = ["mcc-list-images", "mcc-list-instance-types", "mcc-list-keys"];
    const [images, types, keys] = await Promise.all(lists.map((program) => type(program)));
    assert.match(images ?? "", /^centos-5-x86_64 /m);
    assert.match(types ?? "", /^basic /m);
    assert.doesNotMatch(keys ?? "doylenet", /doylenet/);
    await type("mcc-add-key", "--name", "doylenet", "--public-key", `${publicKey} mykey`);
    assert.match(await type("mcc-list-keys"), /^doylenet /m);
  });

  it("works for launching, listing and destroying an instance", async () => {
    const run = ["-i", "centos-5-x86_64", "-t", "basic", "-k", "doylenet", "-n", "my-web-server"];
    assert.match(await type("mcc-run-instances", ...run), /^500 .* 10\.0\.0\.100 /m);
    assert.match(await type("mcc-list-instances"), /^500 .*my-web-server.* running /m);
    await type("mcc-destroy-instance", "-i", "500");
    assert.doesNotMatch(await type("mcc-list-instances"), /my-web-server/);
  });
});

describe("the programs of a checkout", () => {
  const newFolder = temporaryFolders();

  it("run from every folder, also through a symbolic link, and print no extra lines", async () => {
    const folder = await newFolder();
    await symlink(join(checkout, "bin", "mcc-list-images"), join(folder, "mcc-list-images"));
    const { stdout, stderr } = await execa(join(folder, "mcc-list-images"), ["--help"], { cwd: folder });
    assert.match(stdout, /^Usage: mcc-list-images /);
    assert.equal(stderr, "");
    const { stdout: server } = await execa(join(checkout, "sbin", "mcserver"), ["--help"], { cwd: folder });
    assert.match(server, /^Usage: mccserver /);
  });
});
