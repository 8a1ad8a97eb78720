import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Duplex, PassThrough } from "node:stream";
import { SftpSession } from "../../../../../server/driver/incus/guest/sftp-session";
import { writeBySftp } from "../../../../../server/driver/incus/guest/write-by-sftp";
import { assertMccError } from "../../../../support/assert-error";
import { temporaryFolders } from "../../../../support/files/temporary-folder";
import { textFile } from "../../container-spec";

describe("a session of SFTP, with the server of OpenSSH", () => {
  const newFolder = temporaryFolders();
  let folder: string;
  let server: ChildProcess;
  let session: SftpSession;

  beforeEach(async () => {
    folder = await newFolder();
    const started = spawn("/usr/lib/openssh/sftp-server", ["-u", "077"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    server = started;
    session = await SftpSession.open(Duplex.from({ readable: started.stdout, writable: started.stdin }));
  });
  afterEach(async () => {
    session.close();
    server.kill();
    if (server.exitCode === null && server.signalCode === null) {
      await once(server, "exit");
    }
  });

  it("writes files with their modes into new folders, and replaces links and files", async () => {
    await writeFile(join(folder, "victim"), "untouched");
    await mkdir(join(folder, "real"));
    await symlink("victim", join(folder, "link"));
    await symlink("real", join(folder, "linked"));
    await writeFile(join(folder, "old"), "a longer text", { mode: 0o666 });
    const large = Buffer.alloc(100_001, "0123456789");
    await writeBySftp(session, [
      { ...textFile(join(folder, "a", "b", "file"), "text"), mode: 0o600, folderMode: 0o700 },
      textFile(join(folder, "link"), "new"),
      textFile(join(folder, "linked", "file"), "inside"),
      { path: join(folder, "old"), content: large, mode: 0o755 },
      textFile(join(folder, "twice"), "first"),
      textFile(join(folder, "twice"), "second"),
    ]);
    const text = async (...names: string[]): Promise<string> =>
      await readFile(join(folder, ...names), "utf8");
    assert.deepEqual(
      await Promise.all([
        text("a", "b", "file"),
        text("link"),
        text("linked", "file"),
        text("twice"),
        text("victim"),
      ]),
      ["text", "new", "inside", "second", "untouched"],
    );
    assert.deepEqual(await readFile(join(folder, "old")), large);
    assert.equal(await session.kindOf(join(folder, "real", "file")), undefined);
    const modes = ["a", "a/b", "a/b/file", "link", "old"].map(
      async (name) => (await stat(join(folder, name))).mode & 0o777,
    );
    assert.deepEqual(await Promise.all(modes), [0o755, 0o700, 0o600, 0o644, 0o755]);
  });

  it("tells a folder from a link to one, and from nothing", async () => {
    await symlink("/etc", join(folder, "link"));
    const kinds = [folder, join(folder, "link"), join(folder, "nothing")].map((path) => session.kindOf(path));
    assert.deepEqual(await Promise.all(kinds), ["folder", "other", undefined]);
  });

  it("fails with the server's words, and after the end of the connection", async () => {
    await mkdir(join(folder, "full"));
    await writeFile(join(folder, "full", "file"), "");
    await assert.rejects(
      writeBySftp(session, [textFile(join(folder, "full"), "")]),
      /cannot be changed: Failure/,
    );
    session.close();
    await assertMccError(session.kindOf(folder), "engine", /connection to the files (was closed|broke off)/);
  });

  it("refuses answers of another protocol", async () => {
    const answers = new PassThrough();
    const opening = SftpSession.open(Duplex.from({ readable: answers, writable: new PassThrough() }));
    answers.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    await assert.rejects(opening, /is not SFTP/);
  });
});
