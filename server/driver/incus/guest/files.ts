import { MccError } from "../../../../protocol/error";
import { endsWithin } from "../../../support/time-limits";
import type { ContainerFile } from "../../driver";
import { readInside } from "../../read-inside";
import { writeInside } from "../../write-inside";
import { ApiError, apiError } from "../api/api-error";
import { type ApiInstance, anythingSchema } from "../api/types";
import { type Engine, headerPrefix, pathOf } from "../engine";
import { stateOf } from "../instances/copy";
import { againAfterEnd } from "./again-after-end";
import { execute } from "./exec";
import { firstFilesLine, firstFilesOf, withFirstFiles } from "./first-files";
import { SftpError } from "./sftp-session";
import { newFolderMode, parentsOf, writeBySftp } from "./write-by-sftp";

/** The engine's status for a change of files that failed. */
const failed = 500;

/** Writes files into an instance: from inside if it runs, otherwise through the engine. */
export async function writeFiles(engine: Engine, id: number, files: readonly ContainerFile[]): Promise<void> {
  const instance = await engine.instances.require(id);
  if (stateOf(instance) === "running") {
    await writeInside((request) => execute(engine, id, request), files, engine.timeoutMs);
    return;
  }
  const pending = await filesOfNextStart(engine, id, instance);
  if (pending.length === 0) {
    await writeIntoStopped(engine, id, files);
  } else {
    await writeAtFirstStart(engine, id, instance, [...pending, ...files]);
  }
}

/** Returns the files that the next start of an instance writes. */
export async function filesOfNextStart(
  engine: Engine,
  id: number,
  instance: ApiInstance,
): Promise<readonly ContainerFile[]> {
  const first = firstFilesOf(instance);
  if (first === undefined || stateOf(instance) === "running") {
    return [];
  }
  const areWritten =
    !first.isNew &&
    (await againAfterEnd(() => engine.instances.reaching(id, findFile(engine, id, first.mark)))) !==
      undefined;
  return areWritten ? [] : first.files;
}

/** Replaces the files that an instance gets at its first start. The last content of a path counts. */
async function writeAtFirstStart(
  engine: Engine,
  id: number,
  instance: ApiInstance,
  files: readonly ContainerFile[],
): Promise<void> {
  const line = firstFilesLine(files);
  if (line === undefined) {
    await writeIntoStopped(engine, id, files);
  }
  await engine.api.change("PATCH", pathOf(engine, id), {
    json: { config: { "raw.lxc": withFirstFiles(instance, line) } },
  });
}

/**
 * Writes files into an instance that does not run: in one session of SFTP, which takes a tenth of the time of the calls for single
 * files, if the engine has it.
 */
export async function writeIntoStopped(
  engine: Engine,
  id: number,
  files: readonly ContainerFile[],
): Promise<void> {
  await againAfterEnd(() => writeOnce(engine, id, files));
}

async function writeOnce(engine: Engine, id: number, files: readonly ContainerFile[]): Promise<void> {
  const session = await engine.instances.reaching(id, engine.sftp.open(id));
  if (session === undefined) {
    await writeOneByOne(engine, id, files);
    engine.sftp.noteOtherWay();
    return;
  }
  try {
    const work = engine.instances.reaching(id, writeBySftp(session, files));
    if (!(await endsWithin(engine.timeoutMs, work))) {
      throw new MccError(
        "timeout",
        `The files of container ${id} were not written within ${engine.timeoutMs / 1000} s.`,
      );
    }
    await work;
  } catch (error) {
    throw error instanceof SftpError ? apiError(`files of container ${id}`, failed, error.words) : error;
  } finally {
    session.close();
  }
}

/**
 * The engine follows links within the instance's root; therefore a link in the place of a file or a folder is removed first. The
 * engine makes no missing folders, and keeps the mode of an existing file.
 */
async function writeOneByOne(engine: Engine, id: number, files: readonly ContainerFile[]): Promise<void> {
  const folders = new Set<string>(["/"]);
  for (const { path, content, mode, folderMode } of files) {
    const parents = parentsOf(path);
    for (const parent of parents) {
      if (!folders.has(parent)) {
        const isLast = parent === parents.at(-1);
        await requireFolder(engine, id, parent, (isLast ? folderMode : undefined) ?? newFolderMode);
        folders.add(parent);
      }
    }
    await remove(engine, id, path);
    await post(engine, id, path, "file", mode, content);
  }
}

/** Returns the first bytes of a file: from inside if the instance runs, otherwise through the engine. */
export async function readFile(
  engine: Engine,
  id: number,
  path: string,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const instance = await engine.instances.require(id);
  if (stateOf(instance) === "running") {
    return await readInside((request) => execute(engine, id, request), path, maxBytes, engine.timeoutMs);
  }
  const pending = (await filesOfNextStart(engine, id, instance)).find((file) => file.path === path);
  if (pending !== undefined) {
    return pending.content.subarray(0, maxBytes);
  }
  for (const parent of parentsOf(path)) {
    if ((await findFile(engine, id, parent))?.type !== "directory") {
      return undefined;
    }
  }
  const found = await findFile(engine, id, path, maxBytes);
  return found?.type === "file" ? found.bytes : undefined;
}

async function requireFolder(engine: Engine, id: number, path: string, mode: number): Promise<void> {
  const found = await findFile(engine, id, path);
  if (found?.type === "directory") {
    return;
  }
  if (found !== undefined) {
    await remove(engine, id, path);
  }
  await post(engine, id, path, "directory", mode);
}

/** What is at a path. */
interface Found {
  /** `file`, `directory` or `symlink`. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Returns what is at a path, without following a link there; undefined for nothing. */
export async function findFile(
  engine: Engine,
  id: number,
  path: string,
  maxBytes = 0,
): Promise<Found | undefined> {
  try {
    const { headers, body } = await engine.api.raw("GET", `${pathOf(engine, id)}/files`, { query: { path } });
    const pieces: Buffer[] = [];
    let length = 0;
    // Leaving the loop ends the transfer.
    for await (const piece of body) {
      pieces.push(piece as Buffer);
      length += (piece as Buffer).length;
      if (length >= maxBytes) {
        break;
      }
    }
    return {
      type: String(headers[`${headerPrefix(engine).toLowerCase()}type`] ?? ""),
      bytes: Buffer.concat(pieces).subarray(0, maxBytes),
    };
  } catch (error) {
    unlessMissing(error);
    return undefined;
  }
}

/** Replaces the content of an existing file, which keeps its owner and mode. */
export async function overwriteFile(
  engine: Engine,
  id: number,
  path: string,
  content: Uint8Array,
): Promise<void> {
  await post(engine, id, path, "file", 0o644, content);
}

async function remove(engine: Engine, id: number, path: string): Promise<void> {
  try {
    await engine.api.call(anythingSchema, "DELETE", `${pathOf(engine, id)}/files`, { query: { path } });
  } catch (error) {
    unlessMissing(error);
  }
}

async function post(
  engine: Engine,
  id: number,
  path: string,
  type: "file" | "directory",
  mode: number,
  content: Uint8Array = Buffer.alloc(0),
): Promise<void> {
  const prefix = headerPrefix(engine);
  await engine.api.call(anythingSchema, "POST", `${pathOf(engine, id)}/files`, {
    query: { path },
    headers: {
      "content-type": "application/octet-stream",
      [`${prefix}type`]: type,
      [`${prefix}uid`]: "0",
      [`${prefix}gid`]: "0",
      [`${prefix}mode`]: mode.toString(8).padStart(4, "0"),
    },
    body: Buffer.from(content),
  });
}

/** @throws the error unless the engine says that nothing is there. */
function unlessMissing(error: unknown): void {
  if (!(error instanceof ApiError) || error.code !== "not-found") {
    throw error;
  }
}
