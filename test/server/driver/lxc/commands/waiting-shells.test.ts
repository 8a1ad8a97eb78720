import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { WaitingShells } from "../../../../../server/driver/lxc/commands/waiting-shells";
import { Place } from "../../../../../server/driver/lxc/place";
import { eventually } from "../../../../support/time/eventually";
import { execRequest } from "../../container-spec";

const place = new Place("/state", "0123456789abcdef");
const container = place.container(500);
const request = execRequest(["true"]);

/** Shells without processes. */
class FakeShells {
  readonly alive = new Set<number>();
  readonly ends: (() => void)[] = [];
  started = 0;
  /** Whether starts wait until they are aborted. */
  hang = false;

  readonly start = async (
    { id }: { readonly id: number },
    signal: AbortSignal,
  ): ReturnType<ConstructorParameters<typeof WaitingShells>[0]> => {
    this.started += 1;
    if (this.hang) {
      await new Promise((_resolve, reject) =>
        signal.addEventListener("abort", () => reject(new Error("aborted"))),
      );
    }
    this.alive.add(id);
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = () => {
        this.alive.delete(id);
        resolve();
      };
    });
    this.ends.push(end);
    return {
      ended,
      run: () => Promise.reject(new Error("not in this test")),
      close: () => {
        end();
        return ended;
      },
    };
  };
}

describe("the shells that wait for commands", () => {
  let fakes: FakeShells;
  const shellsOf = (idleMs: number, most = 8): WaitingShells => new WaitingShells(fakes.start, idleMs, most);

  beforeEach(() => {
    fakes = new FakeShells();
  });

  it("wait until they are taken, one in each container, and are taken once", async () => {
    const shells = shellsOf(60_000);
    assert.equal(await shells.take(500, request), undefined);
    await shells.prepare(container);
    await shells.prepare(container);
    assert.equal(fakes.started, 1);
    assert.notEqual(await shells.take(500, request), undefined);
    assert.equal(await shells.take(500, request), undefined);
  });

  it("are not taken for a command that is too long to send, or that was given up", async () => {
    const shells = shellsOf(60_000);
    await shells.prepare(container);
    assert.equal(await shells.take(500, execRequest(["echo", "x".repeat(5000)])), undefined);
    assert.equal(await shells.take(500, { ...request, signal: AbortSignal.abort() }), undefined);
    assert.notEqual(await shells.take(500, request), undefined);
  });

  it("start when a second command follows, and after each command that had one", async () => {
    const shells = shellsOf(60_000);
    shells.used(container, false);
    assert.equal(fakes.started, 0, "most instances run one command");
    shells.used(place.container(501), false);
    shells.used(container, false);
    assert.equal(fakes.started, 1);
    assert.notEqual(await shells.take(500, request), undefined);
    shells.used(container, true);
    assert.equal(fakes.started, 2);
    await shells.close();
    assert.equal(fakes.alive.size, 0);
  });

  it("do not start for a command that follows late", async () => {
    const shells = shellsOf(5);
    shells.used(container, false);
    await pause(20);
    shells.used(container, false);
    assert.equal(fakes.started, 0);
  });

  it("end after a time without a command", async () => {
    const shells = shellsOf(5);
    await shells.prepare(container);
    await pause(20);
    assert.equal(fakes.alive.size, 1, "it has no limit before its container is claimed");
    shells.expireSoon(500);
    await eventually(() => fakes.alive.size === 0, "the shell has ended");
    assert.equal(await shells.take(500, request), undefined);
  });

  it("are forgotten when they end, for a new one", async () => {
    const shells = shellsOf(60_000);
    await shells.prepare(container);
    fakes.ends.forEach((end) => end());
    await eventually(async () => (await shells.take(500, request)) === undefined, "it is forgotten");
    await shells.prepare(container);
    assert.equal(fakes.started, 2);
  });

  it("are limited in number", async () => {
    const shells = shellsOf(60_000, 2);
    for (const id of [500, 501, 502]) {
      await shells.prepare(place.container(id));
    }
    assert.deepEqual([...fakes.alive], [500, 501]);
    shells.drop(500);
    await shells.prepare(place.container(502));
    assert.deepEqual([...fakes.alive], [501, 502]);
  });

  it("end although their start does not", async () => {
    fakes.hang = true;
    const shells = shellsOf(60_000);
    const prepared = shells.prepare(container);
    await shells.close();
    await prepared;
    assert.equal(await shells.take(500, request), undefined);
  });
});
