import assert from "node:assert/strict";
import fs from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import type { Engine } from "../../../../../server/driver/lxc/engine";
import { setHosts } from "../../../../../server/driver/lxc/hosts/set-hosts";
import { Place } from "../../../../../server/driver/lxc/place";
import { Turns } from "../../../../../server/support/concurrency/turns";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

const shared = "lxc.mount.entry = /state/names/1 etc/minicloud none bind,ro,create=dir 0 0\n";
const lines = ["198.18.0.2 one"];
const alone = { turns: new Turns<number>(), isDestroyed: () => false };
/** Nothing is asked of the engine unless a program replaced the link. */
const engine = {} as unknown as Engine;

describe("the hosts file of a container of release 0.1.0", () => {
  const newFolder = temporaryFolders();

  afterEach(() => sinon.restore());

  it("becomes its own, also after a first try that the file system refused", async () => {
    const container = new Place(await newFolder(), "0123456789ab").container(500);
    await mkdir(container.layer, { recursive: true });
    await writeFile(container.configuration, shared);
    const rename = sinon.stub(fs, "renameSync").callThrough();
    const full = Object.assign(new Error("no space"), { code: "ENOSPC" });
    rename.withArgs(`${container.configuration}.new`).onFirstCall().throws(full);
    await assert.rejects(setHosts(engine, alone, container, lines), /no space/);
    await setHosts(engine, alone, container, lines);
    assert.ok((await readFile(container.configuration, "utf8")).includes(container.hosts));
    assert.match(await readFile(join(container.hosts, "hosts"), "utf8"), /^198\.18\.0\.2 one$/m);
  });
});
