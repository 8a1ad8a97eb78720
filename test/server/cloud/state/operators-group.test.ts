import assert from "node:assert/strict";
import files, { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { shareWithOperators } from "../../../../server/cloud/state/operators-group";
import { temporaryFolders } from "../../../support/files/temporary-folder";

describe("a file for the group of operators", () => {
  const newFolder = temporaryFolders();
  afterEach(() => sinon.restore());

  /** Returns the mode and the group of the file after this user shared it on a host with these groups. */
  async function shared(userId: number, groups: string) {
    const path = join(await newFolder(), "token");
    await writeFile(path, "", { mode: 0o666 });
    sinon.stub(process, "getuid").returns(userId);
    sinon.stub(files, "readFile").resolves(groups);
    const chown = sinon.stub(files, "chown").resolves();
    await shareWithOperators(path);
    return { mode: (await stat(path)).mode & 0o777, owners: chown.args.map(([, ...ids]) => ids) };
  }

  for (const { title, userId, groups, mode, owners } of [
    {
      title: "is readable by the group if root shares it",
      userId: 0,
      groups: "root:x:0:\nminicloud:x:990:ann,ben\n",
      mode: 0o640,
      owners: [[0, 990]],
    },
    {
      title: "is readable only by root if there is no such group",
      userId: 0,
      groups: "root:x:0:\nnot-minicloud:x:7:\n",
      mode: 0o600,
      owners: [],
    },
    {
      title: "is readable only by its owner if another user shares it",
      userId: 1000,
      groups: "minicloud:x:990:\n",
      mode: 0o600,
      owners: [],
    },
  ]) {
    it(title, async () => assert.deepEqual(await shared(userId, groups), { mode, owners }));
  }
});
