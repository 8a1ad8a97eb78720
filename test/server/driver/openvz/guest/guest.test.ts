import assert from "node:assert/strict";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { MccError } from "../../../../../protocol/error";
import { Guest } from "../../../../../server/driver/openvz/guest/guest";
import { assertMccError } from "../../../../support/assert-error";
import { temporaryFolders } from "../../../../support/files/temporary-folder";
import { eventually } from "../../../../support/time/eventually";

/** Confirms the start of each command, and leaves a process that writes until nobody reads. Has nothing to kill. */
const vzctl = `#!/bin/sh
[ "$6" = sh ] && exit 0
echo "$6"
setsid cat /dev/zero &
`;

describe("a command in a container of OpenVZ", () => {
  const newFolder = temporaryFolders();
  const path = process.env["PATH"];

  beforeEach(async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "vzctl"), vzctl);
    await chmod(join(folder, "vzctl"), 0o755);
    process.env["PATH"] = `${folder}:${path ?? ""}`;
  });
  afterEach(() => {
    process.env["PATH"] = path;
  });

  it("is over for a client that has disconnected, although a process that it left writes more than is taken", async () => {
    const gone = new AbortController();
    let pieces = 0;
    const receiver = (): Writable =>
      new Writable({
        highWaterMark: 1,
        write: () => {
          pieces += 1;
        },
      });
    const guest = new Guest(5000, () => Promise.resolve([]));
    const running = guest.exec(
      { id: 500, ctid: "500" },
      {
        command: ["true"],
        stdin: Buffer.alloc(0),
        output: { stdout: receiver(), stderr: receiver() },
        timeoutMs: 3_600_000,
        maxOutputBytes: 0,
        signal: gone.signal,
      },
    );
    await eventually(() => pieces > 0, "it writes");
    await new Promise((resolve) => setTimeout(resolve, 200));
    gone.abort(new MccError("unavailable", "gone"));
    await assertMccError(running, "unavailable", /gone/);
    assert.equal(pieces, 1);
  });
});
