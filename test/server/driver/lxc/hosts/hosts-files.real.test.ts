import assert from "node:assert/strict";
import fs, { mkdirSync, statSync } from "node:fs";
import { link, mkdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import sinon from "sinon";
import { HostsFiles } from "../../../../../server/driver/lxc/hosts/hosts-files";
import { makeOwnHosts, replaceBlock } from "../../../../../server/driver/lxc/hosts/own-hosts";
import { type ContainerPlace, Place } from "../../../../../server/driver/lxc/place";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

const two = ["198.18.0.3 two"];

describe("names that are added to the hosts files of containers", () => {
  const newFolder = temporaryFolders();
  let place: Place;
  let files: HostsFiles;

  beforeEach(async () => {
    place = new Place(await newFolder(), "0123456789ab");
    files = new HostsFiles(place);
  });
  afterEach(() => {
    sinon.restore();
    files.close();
    assert.deepEqual(openIn(place.folder), []);
  });

  function container(id: number): ContainerPlace {
    const made = place.container(id);
    mkdirSync(join(made.delta, "etc"), { recursive: true });
    files.written(id, makeOwnHosts(made.hosts, ["198.18.0.2 one"]));
    return made;
  }
  const add = (containers: readonly ContainerPlace[], lines: readonly string[]): number[] => [
    ...files.add(
      containers.map(({ id }) => id),
      lines,
    ),
  ];
  const replace = ({ id, hosts }: ContainerPlace, lines: readonly string[]): void =>
    files.written(id, replaceBlock(hosts, lines));
  const textOf = ({ hosts }: ContainerPlace): Promise<string> => readFile(join(hosts, "hosts"), "utf8");

  it("are in the same file, after the lines that the container added, and become one block later", async () => {
    const made = container(500);
    const path = join(made.hosts, "hosts");
    await writeFile(path, `${await textOf(made)}192.0.2.1 own\n`);
    replace(made, ["198.18.0.2 one"]);
    const { ino } = await stat(path);
    assert.deepEqual(add([made, container(501)], two), [500, 501]);
    assert.equal((await stat(path)).ino, ino);
    assert.match(await textOf(made), /^198\.18\.0\.2 one$[^]*^192\.0\.2\.1 own$[^]*^198\.18\.0\.3 two$/m);
    replace(made, ["198.18.0.2 one", ...two]);
    const text = await textOf(made);
    assert.equal(text.match(/BEGIN/g)?.length, 1);
    assert.equal(text.match(/two/g)?.length, 1);
    assert.match(text, /^192\.0\.2\.1 own$/m);
  });

  it("never cross the end of a page, where a reader could find a part of a line", async () => {
    const made = container(500);
    for (let number = 0; number < 200; number += 1) {
      const line = `198.18.1.${number} host-${number}.a-rather-long-name.example`;
      assert.equal(add([made], [line]).length, 1);
      const text = await textOf(made);
      const start = text.indexOf(line);
      assert.ok(start > 0 && text.endsWith("# END minicloud\n"));
      assert.equal(Math.floor(start / 4096), Math.floor((start + line.length) / 4096), line);
    }
    replace(made, two);
    assert.equal(
      (await textOf(made)).replace(/# BEGIN[^]*# END minicloud\n/, ""),
      "127.0.0.1 localhost\n::1 localhost ip6-localhost\n",
    );
  });

  it("are not added while a program may have removed earlier ones, until all are written", async () => {
    const made = container(500);
    const path = join(made.hosts, "hosts");
    const opened = await textOf(made);
    const changes = {
      "a program that writes a smaller file": "192.0.2.1 own\n",
      "a program that writes a larger file": `192.0.2.1 own\n${"\n".repeat(1000)}`,
      "an editor that opened the file before an addition": `${opened}192.0.2.1 own\n`,
    };
    for (const [what, text] of Object.entries(changes)) {
      assert.deepEqual(add([made], two), [500], what);
      await writeFile(path, text);
      const three = ["198.18.0.4 three"];
      assert.deepEqual(add([made], three), [], what);
      replace(made, ["198.18.0.2 one", ...two, ...three]);
      assert.match(await textOf(made), /^198\.18\.0\.2 one\n198\.18\.0\.3 two\n198\.18\.0\.4 three$/m);
      assert.match(await textOf(made), /^192\.0\.2\.1 own$/m);
    }
    files.forget(500);
    assert.deepEqual(add([made], two), [], "a file that this daemon did not write");
  });

  const refused: Readonly<Record<string, (path: string, made: ContainerPlace) => Promise<unknown>>> = {
    "no file": (path) => rm(path),
    "a link": async (path) => {
      await rm(path);
      await symlink(join(path, "..", "..", "outside"), path);
    },
    "a second name of a file": async (path) => {
      await rm(path);
      await link(join(path, "..", "..", "outside"), path);
    },
    "a folder": async (path) => {
      await rm(path);
      await mkdir(path);
    },
    "a pipe that nobody reads": async (path) => {
      await rm(path);
      await execa("mkfifo", [path]);
    },
    "an empty file": (path) => writeFile(path, ""),
    "a last line without its end": (path) => writeFile(path, "192.0.2.1 own"),
    "a large file": (path) => writeFile(path, "\n".repeat(300 * 1024)),
    "a link /etc/hosts that a program replaced": (_path, { delta }) =>
      writeFile(join(delta, "etc", "hosts"), "192.0.2.1 own\n"),
  };
  for (const [what, make] of Object.entries(refused)) {
    it(`are not added for ${what}, but to the next container`, async () => {
      const made = container(500);
      const outside = join(made.layer, "outside");
      await writeFile(outside, "secret\n");
      const path = join(made.hosts, "hosts");
      await make(path, made);
      // Not only because of its size.
      files.written(500, statSync(path, { throwIfNoEntry: false })?.size ?? 0);
      assert.deepEqual(add([made, container(501)], two), [501]);
      assert.equal(await readFile(outside, "utf8"), "secret\n");
    });
  }

  describe("to a container whose folder /etc was looked at before", () => {
    const own = "192.0.2.1 own\n";
    const later = (): void => {
      // The time of a change counts only once it is past.
      const before = Date.now();
      sinon.stub(Date, "now").returns(before + 5000);
    };
    /** Adds a name, for which the files are opened, and one for which they are not. */
    const looked = (made: ContainerPlace): void => {
      later();
      assert.deepEqual(add([made], two), [500]);
      const opened = sinon.spy(fs, "openSync");
      assert.deepEqual(add([made], two), [500]);
      assert.equal(opened.callCount, 0);
      assert.equal(openIn(place.folder).length, 2);
    };

    it("are not added once a program replaces the link", async () => {
      const made = container(500);
      looked(made);
      await writeFile(join(made.delta, "etc", "hosts"), own);
      assert.deepEqual(add([made], two), []);
      assert.deepEqual(add([made], two), []);
    });

    it("are not added once a program replaces the folder", async () => {
      const made = container(500);
      looked(made);
      await rename(join(made.delta, "etc"), join(made.delta, "former"));
      await mkdir(join(made.delta, "etc"));
      await writeFile(join(made.delta, "etc", "hosts"), own);
      assert.deepEqual(add([made], two), []);
    });

    it("are added again once the link is back, and there is no folder", async () => {
      const made = container(500);
      looked(made);
      await writeFile(join(made.delta, "etc", "hosts"), own);
      assert.deepEqual(add([made], two), []);
      await rm(join(made.delta, "etc"), { recursive: true });
      assert.deepEqual(add([made], two), [500]);
    });

    it("are not added if a change could have the same time as the look", async () => {
      const made = container(500);
      assert.deepEqual(add([made], two), [500]);
      const etc = join(made.delta, "etc");
      const { ctimeMs } = fs.statSync(etc);
      const { fstatSync } = fs;
      sinon.replace(fs, "fstatSync", ((file: number) =>
        Object.assign(fstatSync(file), { ctimeMs })) as typeof fs.fstatSync);
      await writeFile(join(etc, "hosts"), own);
      assert.deepEqual(add([made], two), []);
    });
  });

  describe("to a container whose files are open", () => {
    const later = 5000;
    function opened(ids: readonly number[], mostOpen?: number): ContainerPlace[] {
      files = new HostsFiles(place, mostOpen);
      const made = ids.map((id) => container(id));
      const before = Date.now();
      sinon.stub(Date, "now").returns(before + later);
      assert.deepEqual(add(made, two), ids);
      return made;
    }

    it("are added to the file that is in its place by then", async () => {
      const [made] = opened([500]);
      assert.ok(made);
      const path = join(made.hosts, "hosts");
      const text = await textOf(made);
      await writeFile(`${path}.new`, text.replace("localhost", "LOCALHOST"));
      await rename(`${path}.new`, path);
      // Its size is as expected; only the open file is another one.
      assert.deepEqual(add([made], two), []);
      assert.deepEqual(add([made], two), [500]);
      assert.match(await textOf(made), /LOCALHOST[^]*two[^]*two/);
    });

    it("are not added to a file that a program moved away, such as sed -i.bak", async () => {
      const [made] = opened([500]);
      assert.ok(made);
      const path = join(made.hosts, "hosts");
      const text = await textOf(made);
      await rename(path, `${path}.bak`);
      await writeFile(path, text);
      assert.deepEqual(add([made], two), []);
      assert.equal(await readFile(`${path}.bak`, "utf8"), text);
      assert.deepEqual(add([made], two), [500]);
      assert.match(await textOf(made), /two[^]*two/);
    });

    it("are not added to a file of the same size and time whose last line a program changed", async () => {
      const [made] = opened([500]);
      assert.ok(made);
      const path = join(made.hosts, "hosts");
      sinon.restore();
      assert.deepEqual(add([made], two), [500]);
      const { atime, mtime } = await stat(path);
      await writeFile(path, (await textOf(made)).replace(/\n$/, "#"));
      // Longer than the steps of the clock of file systems.
      await pause(50);
      await utimes(path, atime, mtime);
      assert.deepEqual(add([made], two), []);
    });

    it("are not added to a file that got a second name, or is empty", async () => {
      const made = opened([500, 501]);
      const [first, second] = made;
      assert.ok(first && second);
      await link(join(first.hosts, "hosts"), join(first.hosts, "second"));
      await writeFile(join(second.hosts, "hosts"), "");
      assert.deepEqual(add(made, two), []);
      assert.deepEqual(openIn(place.folder), []);
    });

    it("need no more open files than may stay open, and close those of a container that is gone", () => {
      const made = opened([500, 501, 502], 2);
      assert.equal(openIn(place.folder).length, 4);
      assert.deepEqual(add(made, two), [500, 501, 502]);
      assert.equal(openIn(place.folder).length, 4);
      files.forget(500);
      assert.equal(openIn(place.folder).length, 2);
      assert.deepEqual(add(made, two), [501, 502]);
      assert.equal(openIn(place.folder).length, 4);
    });

    it("are never added to another file that has the descriptor of one whose close failed", async () => {
      const made = opened([500]);
      const { closeSync } = fs;
      const close = sinon.stub(fs, "closeSync").callThrough();
      close.onFirstCall().callsFake((descriptor) => {
        closeSync(descriptor);
        throw Object.assign(new Error("input/output error"), { code: "EIO" });
      });
      assert.throws(() => files.written(500, 0), /input/);
      assert.deepEqual(openIn(place.folder), []);
      const other = fs.openSync(join(place.folder, "other"), "w");
      add(made, two);
      fs.closeSync(other);
      assert.equal(await readFile(join(place.folder, "other"), "utf8"), "");
    });

    it("are added later to one that could not be opened, because the process has too many open files", () => {
      opened([500]);
      const made = container(501);
      const { openSync } = fs;
      let refusals = 0;
      sinon.replace(fs, "openSync", ((path: string, flags: number) => {
        if (path.endsWith("/hosts") && refusals === 0) {
          refusals += 1;
          throw Object.assign(new Error("too many open files"), { code: "EMFILE" });
        }
        return openSync(path, flags);
      }) as typeof fs.openSync);
      assert.deepEqual(add([made], two), []);
      assert.equal(openIn(place.folder).length, 2);
      assert.deepEqual(add([made], two), [501]);
    });
  });

  it("are not added if they take more than a page, or the container is gone", () => {
    const many = Array.from({ length: 300 }, (_, number) => `198.18.1.${number} host-${number}`);
    assert.deepEqual(add([container(500)], many), []);
    files.written(502, 100);
    assert.deepEqual(add([place.container(502)], two), []);
  });

  it("leave no part of a block in a full file system", async () => {
    const made = container(500);
    const before = await textOf(made);
    const { writeSync } = fs;
    const shortWrite = (file: number, content: Buffer): number => writeSync(file, content.subarray(0, 30));
    const write = sinon.stub(fs, "writeSync").callThrough();
    write.onFirstCall().callsFake(shortWrite as typeof fs.writeSync);
    assert.deepEqual(add([made], two), []);
    assert.equal(await textOf(made), before);
    write.onSecondCall().throws(Object.assign(new Error("no space"), { code: "ENOSPC" }));
    assert.deepEqual(add([made], two), []);
    assert.deepEqual(add([made], two), [500]);
  });
});

/** Returns the open files of this process below a folder. */
function openIn(folder: string): string[] {
  return fs
    .readdirSync("/proc/self/fd")
    .map((descriptor) => `/proc/self/fd/${descriptor}`)
    .filter((path) => fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined)
    .map((path) => fs.readlinkSync(path))
    .filter((target) => target.startsWith(`${folder}/`));
}
