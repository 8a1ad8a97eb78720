import { type ErrorCode, MccError } from "../../../../protocol/error";

/** The engine answered with an error. */
export class ApiError extends MccError {
  constructor(
    code: ErrorCode,
    message: string,
    /** The engine's status: that of HTTP, or of an operation. */
    readonly status: number,
    /** The engine's own words. */
    readonly words: string,
  ) {
    super(code, message);
  }
}

/** What an error of the engine means. A row needs its status and its words. Most errors are prose with the status 400. */
interface Meaning {
  readonly status: readonly number[];
  readonly words: RegExp;
  readonly code: ErrorCode;
  /** Added to the engine's words. */
  readonly remedy?: string;
}

const anyWords = /^/;
/** The socket of the process that the engine starts for the files of an instance. */
const filesHelperEnded = /forkfile\.sock/;

/**
 * The first row that fits counts. A code is only a first guess: after a change, the state decides.
 * Another error is `engine`.
 */
const meanings: readonly Meaning[] = [
  // A project that is missing says nothing about what was asked for.
  { status: [404], words: /project/i, code: "engine" },
  { status: [404], words: anyWords, code: "not-found" },
  {
    status: [500, 503],
    words: /dqlite|begin transaction|database is locked/i,
    code: "engine",
    remedy: "the cluster's database has no leader: start its members, most of which must run",
  },
  { status: [500], words: filesHelperEnded, code: "engine" },
  {
    status: [500, 503],
    words:
      /missing event connection|cluster member .*(offline|unreachable)|no route to host|dial (tcp|unix)|connection refused|connection reset|i\/o timeout|failed to (fetch|connect)/i,
    code: "unreachable",
  },
  { status: [400, 409], words: /already exists|already in use/i, code: "conflict" },
  {
    status: [400, 500],
    words: /no space left|out of space|not enough (free )?space/i,
    code: "exhausted",
    remedy: "the storage pool is full: destroy instances, remove images, or enlarge it",
  },
  { status: [400, 500], words: /disk quota exceeded/i, code: "exhausted" },
];

/** Returns whether the process for the files of an instance ended, as it does when nobody uses it, just as it was called. */
export function isFilesHelperEnd(error: unknown): boolean {
  return error instanceof ApiError && filesHelperEnded.test(error.words);
}

/** Returns the error for an answer of the engine. @param what the call, such as `GET /1.0/instances`. */
export function apiError(what: string, status: number, words: string): ApiError {
  const line = words.trim().split("\n")[0]?.replace(/\.$/, "") || `status ${status}`;
  const { code = "engine", remedy }: Partial<Meaning> =
    meanings.find((row) => row.status.includes(status) && row.words.test(words)) ?? {};
  const advice = remedy === undefined ? "" : `; ${remedy}`;
  return new ApiError(code, `The engine refused ${what}: ${line}${advice}.`, status, words);
}
