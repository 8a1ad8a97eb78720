import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "../../../client";
import { ConnectionError } from "../../../client/connection-error";
import { assertMccError } from "../../support/assert-error";
import { freePort } from "../../support/daemons/stand-in-daemon";
import { withEnvironment } from "../../support/environment";
import { temporaryFolders } from "../../support/files/temporary-folder";

describe("the error for an unreachable daemon", () => {
  const newFolder = temporaryFolders();
  let folder: string;
  before(async () => {
    folder = await newFolder();
  });
  withEnvironment(() => ({ MCC_RUNTIME_DIR: folder, MCC_TOKEN: undefined, MCC_SERVER: undefined }));

  const leaveFile = (name: string, url: string, pid = process.pid): Promise<void> =>
    writeFile(
      join(folder, `${name}.json`),
      JSON.stringify({ url, tokenPath: "/nowhere", pid, serverId: "5".repeat(32) }),
    );

  it("names the daemons that run on this machine", async () => {
    const port = await freePort();
    await leaveFile("8391", "http://127.0.0.1:8391");
    await leaveFile("8392", "http://127.0.0.1:8392", spawnSync("true").pid);
    await leaveFile(String(port), `http://127.0.0.1:${port}`);
    await writeFile(join(folder, "broken.json"), "{");
    await mkdir(join(folder, "folder.json"));
    const error = await assertMccError(
      connect({ server: `127.0.0.1:${port}` }).info(),
      "unavailable",
      /the connection was refused\. .* A daemon of this machine listens at http:\/\/127\.0\.0\.1:8391\.$/,
    );
    assert.ok(ConnectionError.isInstance(error) && !error.reached);
  });

  it("names none of them for the address of another machine", async () => {
    await leaveFile("8391", "http://127.0.0.1:8391");
    await assertMccError(
      connect({ server: "127.0.0.9:1" }).info(),
      "unavailable",
      /to the address of a daemon\.$/,
    );
  });
});
