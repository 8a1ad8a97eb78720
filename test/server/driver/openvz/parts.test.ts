import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { mkdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { parseVariables } from "../../../../server/driver/openvz/configuration/file";
import { formatMetadata, parseMetadata } from "../../../../server/driver/openvz/configuration/metadata";
import { readSamples } from "../../../../server/driver/openvz/configuration/sample-types";
import { syntaxes } from "../../../../server/driver/openvz/configuration/syntax";
import { writeIntoRoot } from "../../../../server/driver/openvz/files/root-files";
import { MarkedOutput } from "../../../../server/driver/openvz/guest/marked-output";
import { HostConfiguration } from "../../../../server/driver/openvz/host";
import { shellQuote } from "../../../../server/driver/shell-quote";
import { Turns } from "../../../../server/support/concurrency/turns";
import { KeptBytes } from "../../../../server/support/kept-bytes";
import { temporaryFolders } from "../../../support/files/temporary-folder";

describe("a description", () => {
  const metadata = { serverId: "a".repeat(32), id: 501, uid: "b".repeat(32) };

  it("identifies a container of the daemon, in characters that vzlist cannot break", () => {
    for (const assignment of ["=", ":"] as const) {
      assert.match(formatMetadata(metadata, assignment), /^[a-z0-9 =:]+$/);
      assert.deepEqual(parseMetadata(formatMetadata(metadata, assignment)), metadata);
    }
  });

  it("of any other kind belongs to a foreign container", () => {
    for (const description of [
      undefined,
      "",
      "my web server",
      `${formatMetadata(metadata, "=")} more`,
      "minicloud server=x",
    ]) {
      assert.equal(parseMetadata(description), undefined);
    }
  });
});

describe("a shell quotation", () => {
  it("is read by shells as the original arguments, with any characters", async () => {
    const words = [
      ...[
        "",
        " ",
        "a  b",
        "$HOME",
        "`id`",
        "$(id)",
        "it's",
        '"',
        "\\",
        "\\'",
        "*",
        "~",
        "-n",
        "!",
        "a\nb",
        "ü",
        "'",
      ],
      String.fromCharCode(...Array.from({ length: 126 }, (_, index) => index + 1)),
    ];
    for (const shell of ["/bin/sh", "/bin/bash"]) {
      const script = `printf '%s\\0' ${shellQuote(words)}`;
      const { stdout } = await execa(shell, ["-c", script], { stripFinalNewline: false });
      assert.deepEqual(stdout.split("\0").slice(0, -1), words, shell);
    }
  });
});

describe("the output of a command in a container", () => {
  const collect = (chunks: readonly string[], maxBytes = 100): MarkedOutput => {
    const collector = new MarkedOutput("MARK", new KeptBytes(maxBytes));
    chunks.forEach((chunk) => collector.add(Buffer.from(chunk)));
    return collector;
  };

  it("begins after the mark, for any chunks of the stream", () => {
    for (let cut = 0; cut < 20; cut += 1) {
      const stream = "vzctl says\nMARK\nhello\n";
      const collector = collect([stream.slice(0, cut), stream.slice(cut)]);
      assert.deepEqual(
        [collector.begun, collector.words, collector.output.toString()],
        [true, "vzctl says\n", "hello\n"],
      );
    }
  });

  it("is truncated at the limit, and reports that", () => {
    const collector = collect(["MARK\n12345", "678", "9"], 6);
    assert.deepEqual([collector.output.toString(), collector.truncated], ["123456", true]);
    assert.equal(collect(["MARK\n123456"], 6).truncated, false);
  });

  it("without a mark is vzctl's own output", () => {
    const collector = collect(["Container is ", "not running\n"]);
    assert.deepEqual([collector.begun, collector.words], [false, "Container is not running\n"]);
  });
});

describe("names", () => {
  it("are assigned one at a time, and different names at the same time", async () => {
    const turns = new Turns<string>();
    const order: string[] = [];
    const work = (title: string, wait: Promise<unknown>) => async () => {
      order.push(`${title} begins`);
      await wait;
      order.push(`${title} ends`);
    };
    const go = new EventEmitter();
    const first = turns.take("web", work("first", once(go, "go")));
    const second = turns.take("web", work("second", Promise.resolve()));
    await turns.take("db", work("other", Promise.resolve()));
    go.emit("go");
    await Promise.all([first, second]);
    assert.deepEqual(order, [
      ...["first begins", "other begins", "other ends", "first ends", "second begins", "second ends"],
    ]);
  });

  it("go on after one that failed", async () => {
    const turns = new Turns<string>();
    await assert.rejects(turns.take("web", () => Promise.reject(new Error("no"))));
    assert.equal(await turns.take("web", () => Promise.resolve(1)), 1);
  });
});

describe("files on the host", () => {
  const newFolder = temporaryFolders();

  const variables = [
    '# A="0"',
    '  A="1 2"  ',
    "B=3",
    "C='4'",
    'DESCRIPTION="say "hi" twice"',
    'TEMPLATE="/vz/x" # c',
    "ROOT=/vz/#1 # not this",
    "D=a\\b\\\\c",
    'PHYSPAGES="1"',
    'IP_ADDRESS="198.18.0.2 198.18.0.3"',
    'A="5"',
    'PHYSPAGES="2"',
    'IP_ADDRESS="198.18.0.4"',
    "no variable",
  ].join("\n");

  it("of variables are read as vzctl 4 does", () => {
    assert.deepEqual(Object.fromEntries(parseVariables(`${variables}\nE="5\n`, syntaxes.v4)), {
      A: "1 2",
      B: "3",
      C: "'4'",
      DESCRIPTION: 'say "hi" twice',
      TEMPLATE: "/vz/x",
      ROOT: "/vz/#1 # not this",
      D: "ab\\c",
      PHYSPAGES: "2",
      IP_ADDRESS: "198.18.0.2 198.18.0.3 198.18.0.4",
    });
  });

  it("of variables are read as OpenVZ 7 does", () => {
    assert.deepEqual(Object.fromEntries(parseVariables(variables, syntaxes.v7)), {
      A: "5",
      B: "3",
      C: "4",
      DESCRIPTION: 'say "hi" twice',
      TEMPLATE: "/vz/x",
      ROOT: "/vz/#1",
      D: "ab\\c",
      PHYSPAGES: "2",
      IP_ADDRESS: "198.18.0.4",
    });
  });

  it("of samples become instance types; values that mean no limit are omitted", async () => {
    const folder = await newFolder();
    const path = join(folder, "vz.conf");
    await mkdir(join(folder, "conf"));
    const samples = {
      basic: 'PHYSPAGES="0:9223372036854775807"\nNUMPROC="240:240"\n',
      "vswap-256m": 'PHYSPAGES="0:256M"\nNUMPROC="unlimited"\nCPUS="2"\nCPULIMIT="50"\n',
      "slm.1024MB": 'PHYSPAGES="262144"\nNUMPROC="2147483647"\n',
      bytes: 'PHYSPAGES="0:100000000B"\nCPULIMIT="50%"\nNUMPROC="10.5"\n',
      fraction: 'PHYSPAGES="0:1.5G"\nCPULIMIT="half"\nCPUS="unlimited"\n',
      ".hidden": "",
    };
    for (const [name, text] of Object.entries(samples)) {
      await writeFile(join(folder, "conf", `ve-${name}.conf-sample`), text);
    }
    const found = await readSamples(new HostConfiguration(path, new Map(), syntaxes.v4));
    assert.deepEqual(JSON.parse(JSON.stringify(found)), [
      { name: "basic", type: { name: "basic", processes: 240 } },
      {
        name: "bytes",
        type: { name: "bytes", memoryBytes: 24_414 * 4096, cpus: cpus().length / 2, processes: 10 },
      },
      { name: "fraction", type: { name: "fraction", memoryBytes: 1.5 * 1024 ** 3 } },
      { name: "slm.1024MB", type: { name: "slm.1024mb", memoryBytes: 1024 ** 3 } },
      { name: "vswap-256m", type: { name: "vswap-256m", memoryBytes: 256 * 1024 ** 2, cpus: 0.5 } },
    ]);
  });

  it("of a container are never written through links of the container", async () => {
    const [root, elsewhere] = [await newFolder(), await newFolder()];
    await mkdir(join(root, "etc"));
    await writeFile(join(elsewhere, "victim"), "host");
    await symlink(elsewhere, join(root, "root"));
    await symlink(join(elsewhere, "victim"), join(root, "etc/key"));
    await mkdir(join(root, "etc/taken"));
    const file = { content: Buffer.from("new"), mode: 0o600 };
    await writeIntoRoot(root, [
      { ...file, path: "/root/.ssh/authorized_keys", folderMode: 0o700 },
      { ...file, path: "/etc/key", mode: 0o644 },
      { ...file, path: "/etc/taken" },
    ]);
    assert.equal(await readFile(join(elsewhere, "victim"), "utf8"), "host");
    assert.equal(await readFile(join(root, "root/.ssh/authorized_keys"), "utf8"), "new");
    const modes = await Promise.all(
      ["root/.ssh", "root/.ssh/authorized_keys", "etc/key"].map(
        async (path) => (await stat(join(root, path))).mode & 0o777,
      ),
    );
    assert.deepEqual(modes, [0o700, 0o600, 0o644]);
    await assert.rejects(readlink(join(root, "etc/key")));
    await assert.rejects(writeIntoRoot(root, [{ ...file, path: "/etc/../../x" }]), { code: "invalid" });
  });
});
