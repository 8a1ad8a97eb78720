import assert from "node:assert/strict";
import { ConnectionError, MccError } from "../client";
import { messageOf } from "../protocol/error";
import type { Host } from "./hosts/host";
import { assertConsistent, assertNothingRemains, inventory } from "./invariants";
import type { Kind } from "./kinds";
import { publicKeys } from "./operations/checks";
import type { Answer, Before, Operation, Scene } from "./operations/operation";
import type { Recording } from "./preload/control";
import { type Step, stepId } from "./preload/step";
import { type Pace, TriedDaemon } from "./tried-daemon";

/** A step, and what happens to it. */
export interface Fault {
  readonly step: Step;
  readonly kind: Kind;
}

/** What came of a try. */
export type Verdict =
  | { readonly verdict: "passed" | "not reached" }
  | { readonly verdict: "failed"; readonly reason: string; readonly log: string };

const paces: Readonly<Record<"usual" | "hang", Pace>> = {
  usual: { engineSeconds: 60, commandHangMs: 0 },
  hang: { engineSeconds: 3, commandHangMs: 5000 },
};

/** The time for a whole operation. Only a daemon that never answers exceeds it. */
const answerMs = 120_000;

/** Runs operations on a host, each with one fault or none, and keeps the daemon between them. */
export class Tries {
  #daemon: TriedDaemon | undefined;
  #count = 0;
  #before: readonly string[] = [];

  constructor(private readonly host: Host) {}

  /** Runs the operation without a fault. @returns its steps. */
  async record(operation: Operation): Promise<readonly Step[]> {
    const daemon = await this.#ready(paces.usual);
    const scene = this.#scene(daemon);
    const before = await operation.prepare(scene);
    await daemon.send({ order: "record" });
    await operation.act(scene, before);
    const recording = await daemon.send({ order: "end" });
    await operation.check(scene, before, "done");
    await this.#clear(daemon);
    return recording?.steps ?? [];
  }

  /** Runs the operation with a fault, and checks what the client was told and what the next daemon finds. */
  async try(operation: Operation, fault: Fault): Promise<Verdict> {
    const daemon = await this.#ready(fault.kind === "hang" ? paces.hang : paces.usual);
    try {
      return (await this.#during(daemon, operation, fault))
        ? { verdict: "passed" }
        : { verdict: "not reached" };
    } catch (error) {
      const log = `${daemon.log}${this.#daemon === daemon ? "" : (this.#daemon?.log ?? "")}`;
      await this.#startOver();
      return { verdict: "failed", reason: reasonOf(error), log };
    }
  }

  /** Ends the daemon, and removes everything. */
  async close(): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = undefined;
    await daemon?.stop();
    await TriedDaemon.purge(this.host);
  }

  /** @returns whether the step was reached. */
  async #during(daemon: TriedDaemon, operation: Operation, { step, kind }: Fault): Promise<boolean> {
    const scene = this.#scene(daemon);
    const before = await operation.prepare(scene);
    const { pattern, occurrence } = step;
    await daemon.send({ order: "arm", pattern, occurrence, kind });
    let answer = await answerOf(operation, scene, before);
    const recording = await daemon.send({ order: "end" });
    const happened = recording === undefined || recording.happened;
    // Every client can ask again at once, or only after the restart: each is tried for half of the steps.
    const asksAtOnce = !this.host.containersOutliveDaemon || Number.parseInt(stepId(step), 16) % 2 === 0;
    // A killed daemon can have answered before: some steps come after the answer.
    if (assertAlive(recording, kind)) {
      assert.notEqual(answer, "unanswered", "the daemon answers");
      await operation.check(scene, before, answer);
      await assertConsistent(scene.client, this.host);
      if (asksAtOnce) {
        await operation.again(scene, before, answer);
        answer = "done";
      }
    }
    assert.ok([0, null].includes(await daemon.stop()), "the daemon ends without a failure");
    const next = await this.#start(daemon.pace);
    const later = { ...scene, client: next.client, isRestarted: true };
    await assertConsistent(next.client, this.host);
    if (this.host.containersOutliveDaemon) {
      await operation.check(later, before, answer);
      await operation.again(later, before, answer);
    }
    await this.#clear(next);
    return happened;
  }

  async #clear({ client, pid }: TriedDaemon): Promise<void> {
    await assertNothingRemains(client, this.host, { daemon: pid, before: this.#before });
  }

  async #ready(pace: Pace): Promise<TriedDaemon> {
    const running = this.#daemon;
    if (running?.pace === pace) {
      return running;
    }
    await running?.stop();
    const daemon = await this.#start(pace);
    if (running === undefined) {
      await this.host.equip(daemon.client);
      this.#before = await this.#inventoryAfterUse(daemon);
    }
    return daemon;
  }

  /** Some folders stay after their first use. */
  async #inventoryAfterUse({ client, pid }: TriedDaemon): Promise<string[]> {
    const { image, archive } = this.host;
    const { id } = await client.call("instance.create", { image, waitSeconds: 60 });
    await client.call("instance.destroy", { instance: id });
    await client.call("image.import", { name: "used", path: archive });
    await client.call("image.remove", { name: "used" });
    await client.call("key.add", { name: "used", publicKey: publicKeys.first });
    await client.call("key.remove", { name: "used" });
    return await inventory(this.host, pid);
  }

  async #start(pace: Pace): Promise<TriedDaemon> {
    this.#daemon = undefined;
    this.#daemon = await TriedDaemon.start(this.host, pace);
    return this.#daemon;
  }

  /** Removes what a failed try has left, so that it is not a failure of the next one. */
  async #startOver(): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = undefined;
    await daemon?.kill();
    await this.host.foreign?.destroy();
    await TriedDaemon.purge(this.host);
  }

  #scene({ client }: TriedDaemon): Scene {
    this.#count += 1;
    return { client, host: this.host, token: `faults-try-${this.#count}`, isRestarted: false };
  }
}

/** @returns whether the daemon runs. @throws AssertionError if it has ended and was not killed. */
function assertAlive(recording: Recording | undefined, kind: Kind): boolean {
  assert.ok(recording !== undefined || kind === "kill", "the daemon has ended");
  return recording !== undefined;
}

async function answerOf(operation: Operation, scene: Scene, before: Before): Promise<Answer> {
  const limit = setTimeout(() => scene.client.close(), answerMs);
  try {
    await operation.act(scene, before);
    return "done";
  } catch (error) {
    if (ConnectionError.isInstance(error)) {
      return "unanswered";
    }
    if (!MccError.isInstance(error)) {
      throw error;
    }
    assert.notEqual(error.code, "internal", messageOf(error));
    return "failed";
  } finally {
    clearTimeout(limit);
  }
}

function reasonOf(error: unknown): string {
  return messageOf(error).trim();
}
