import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { messageOf } from "../protocol/error";
import { TestDaemon } from "../test/support/daemons/test-daemon";
import { publicKey } from "../test/support/wire/odd-calls";
import { answerFlaw } from "./answer-flaw";
import { type Case, casesOf } from "./cases";
import { exchange } from "./exchange";
import { type KindName, kinds } from "./kinds";
import { residentMiB } from "./resident-memory";

export interface FuzzOptions {
  readonly seed: number;
  readonly seconds: number;
  /** Only this case. Default: all until the time is over. */
  readonly case?: number;
  /** The largest number of cases. Default: no limit. */
  readonly mostCases?: number;
}

/** A request that the daemon did not handle as promised. */
export interface Defect {
  readonly kind: KindName | "daemon";
  readonly flaw: string;
  /** The command that repeats it. */
  readonly repeat: string;
  /** The request in Latin-1, or its begin. */
  readonly request?: string;
}

export interface FuzzResult {
  readonly seed: number;
  readonly cases: number;
  readonly casesOfKind: Readonly<Record<KindName, number>>;
  /** How much larger the daemon was at the end than before the first case. */
  readonly grownMiB: number;
  readonly grownAtMostMiB: number;
  /** The longest time in which the daemon's event loop ran one piece of work, without waits for a processor. */
  readonly blockedMs: number;
  readonly defects: readonly Defect[];
}

/** How many MiB larger a daemon may be after any number of cases. The largest request has 16 MiB. */
export const grownAtMostMiB = 256;
/** Longer than the longest wait that a call can ask for. */
const patienceMs = 75_000;
const parallel = 8;
/** The daemon must answer a valid call after each so many cases. */
const casesBetweenPings = 64;
const mostDefects = 20;

/** Sends the requests of a seed to a new daemon, which is removed afterwards. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const folder = await mkdtemp(join(tmpdir(), "minicloud-fuzz-"));
  const blockedFile = join(folder, "blocked");
  const daemon = new TestDaemon(folder, {
    driver: "simulated",
    words: ["-r", "198.18.0.2-198.18.0.9", "--log-level", "error"],
    environment: {
      NODE_OPTIONS: `--require ${join(__dirname, "event-loop-watch.js")}`,
      MINICLOUD_FUZZ_BLOCKED: blockedFile,
    },
  });
  try {
    await daemon.start();
    const run = new Run(options, daemon, await daemon.token());
    const found = await run.all();
    const exitCode = await daemon.stop();
    const blockedMs = Number(await readFile(blockedFile, "utf8").catch(() => "NaN"));
    const defects = [...found.defects, ...defectsOfEnd(daemon, exitCode, options)];
    return { seed: options.seed, ...found, grownAtMostMiB, blockedMs, defects };
  } finally {
    await daemon.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

function defectsOfEnd({ log }: TestDaemon, exitCode: number | null, { seed }: FuzzOptions): Defect[] {
  const repeat = `npm run fuzz -- --seed=${seed}`;
  const [internal] = log.split("\n").filter((line) => line.includes("internal error"));
  return [
    ...(exitCode === 0
      ? []
      : [{ kind: "daemon" as const, flaw: `it ended with code ${exitCode}: ${log.slice(-2000)}`, repeat }]),
    ...(internal === undefined
      ? []
      : [{ kind: "daemon" as const, flaw: `its log has: ${internal}`, repeat }]),
  ];
}

type Found = Pick<FuzzResult, "cases" | "casesOfKind" | "grownMiB" | "defects">;

/** The cases of one seed against one daemon. */
class Run {
  readonly #caseOf: (index: number) => Case;
  readonly #defects: Defect[] = [];
  readonly #casesOfKind = Object.fromEntries(Object.keys(kinds).map((name) => [name, 0])) as Record<
    KindName,
    number
  >;
  readonly #over: AbortSignal;
  #next: number;
  #last: number;

  constructor(
    private readonly options: FuzzOptions,
    private readonly daemon: TestDaemon,
    token: string,
  ) {
    this.#caseOf = casesOf(options.seed, token);
    this.#next = options.case ?? 0;
    this.#last = options.case ?? (options.mostCases ?? Number.MAX_SAFE_INTEGER) - 1;
    this.#over = AbortSignal.timeout(options.case === undefined ? options.seconds * 1000 : patienceMs + 5000);
  }

  async all(): Promise<Found> {
    const first = this.#next;
    const client = await this.daemon.client();
    try {
      await client.call("key.add", { name: "me", publicKey });
      await client.call("instance.create", { name: "web", waitFor: ["running"], waitSeconds: 10 });
      await client.call("fleet.apply", { name: "load", count: 1, waitFor: ["running"] });
      const before = await residentMiB(this.daemon.pid);
      await Promise.all(
        Array.from({ length: parallel }, () => this.#some(() => client.call("server.info", {}))),
      );
      // Connections that the end of the run closed are noticed.
      await setTimeout(500);
      await client.call("server.info", {});
      const grownMiB = Math.round((await residentMiB(this.daemon.pid)) - before);
      if (grownMiB > grownAtMostMiB) {
        this.#report("daemon", `it is ${grownMiB} MiB larger than before, and ${grownAtMostMiB} are allowed`);
      }
      return {
        cases: this.#next - first,
        casesOfKind: this.#casesOfKind,
        grownMiB,
        defects: this.#defects,
      };
    } catch (error) {
      this.#report("daemon", `it does not answer any more: ${messageOf(error)}`);
      return {
        cases: this.#next - first,
        casesOfKind: this.#casesOfKind,
        grownMiB: 0,
        defects: this.#defects,
      };
    } finally {
      client.close();
    }
  }

  async #some(ping: () => Promise<unknown>): Promise<void> {
    while (this.#next <= this.#last && !this.#over.aborted && this.#defects.length < mostDefects) {
      const index = this.#next;
      this.#next += 1;
      await this.#one(index);
      if (index % casesBetweenPings === 0) {
        await ping();
      }
    }
  }

  async #one(index: number): Promise<void> {
    const { kind, answered, request } = this.#caseOf(index);
    const tooLate = AbortSignal.timeout(patienceMs);
    const sent = await exchange(this.daemon.port, request, {
      end: !answered,
      signal: AbortSignal.any([this.#over, tooLate]),
    });
    this.#casesOfKind[kind] += 1;
    const flaw = sent === undefined ? undefined : await answerFlaw(sent, answered);
    if (flaw !== undefined || tooLate.aborted) {
      this.#report(kind, flaw ?? `no answer within ${patienceMs / 1000} s`, { index, request });
    }
  }

  #report(kind: Defect["kind"], flaw: string, of?: { index: number; request: Buffer }): void {
    const repeat = `npm run fuzz -- --seed=${this.options.seed}${of === undefined ? "" : ` --case=${of.index}`}`;
    this.#defects.push({
      kind,
      flaw,
      repeat,
      ...(of === undefined ? {} : { request: of.request.toString("latin1").slice(0, 2000) }),
    });
  }
}
