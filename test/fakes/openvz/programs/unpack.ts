import { execFile } from "node:child_process";
import {
  closeSync,
  lchownSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  statfsSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { FakeHost } from "../host/fake-host";
import { Exit } from "../launcher/endings";

/** How packed archives begin. */
const packings = ["1f8b", "425a", "fd37"];

const script = '[ "$1" = 0 ] || sleep "$1"; exec tar -xf "$2" -C "$3"';

/** vps-create, which as all scripts of vzctl's has none of vzctl's own environment. */
export async function unpack(host: FakeHost, archive: string, folder: string): Promise<void> {
  refuseFraction(host, archive, folder);
  const seconds = String(host.behaviour.unpackMs / 1000);
  const exitCode = await host.command.run({
    words: ["/bin/sh", "-c", script, "vps-create", seconds, archive, folder],
    environment: { PATH: "/bin:/sbin:/usr/bin:/usr/sbin" },
    input: "/dev/null",
    output: "/dev/null",
  });
  if (exitCode !== 0) {
    throw new Exit(48, `vps-create ERROR: Unpack ${host.shown(archive)} failed`);
  }
  await shiftOwners(host, archive, folder);
}

/** Of an archive that is not packed, its length in KiB is compared by the shell, which knows no fractions. */
function refuseFraction(host: FakeHost, archive: string, folder: string): void {
  const { size } = statSync(archive);
  if (size % 1024 === 0 || packings.includes(beginningOf(archive))) {
    return;
  }
  const { bavail, bsize } = statfsSync(folder);
  const figures = `available: ${(bavail * bsize) / 1024}, needed: ${(size / 1024).toPrecision(6)}`;
  throw new Exit(
    46,
    `vps-create: line 80: [: integer expression expected\nvps-create ERROR: Insufficient disk space in ${host.shown(folder)}; ${figures}`,
  );
}

/** The library that vps-create loads into tar adds LOCAL_UID to the owner of all that the archive has an entry for. */
async function shiftOwners(host: FakeHost, archive: string, folder: string): Promise<void> {
  const { uid: uidOffset, gid: gidOffset } = host.localOwner ?? { uid: 0, gid: 0 };
  if (uidOffset === 0) {
    return;
  }
  const { stdout } = await promisify(execFile)("tar", ["-tf", archive]);
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
  for (const entry of stdout.split("\n").includes("./") ? [".", ...entries] : entries) {
    const path = join(folder, entry);
    const { uid, gid } = lstatSync(path);
    lchownSync(path, uid + uidOffset, gid + gidOffset);
  }
}

function beginningOf(path: string): string {
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(2);
    readSync(file, buffer);
    return buffer.toString("hex");
  } finally {
    closeSync(file);
  }
}
