import assert from "node:assert/strict";
import { MccError } from "../../../../../protocol/error";
import type { Instance } from "../../../../../protocol/methods/instance";
import type { MethodResult } from "../../../../../protocol/methods/method-table";
import { localAdmin } from "../../../../../server/cloud/access/caller";
import type { Cloud } from "../../../../../server/cloud/cloud";
import { mostCommandsAtOnce } from "../../../../../server/cloud/instances/commands/commands";
import { assertMccError } from "../../../../support/assert-error";
import { createReady, targetOf, testClouds } from "../../../../support/daemons/test-cloud";
import { handTime } from "../../../../support/time/hand-time";

type Answer = Promise<MethodResult<"instance.exec">>;

describe("commands in instances", () => {
  const newCloud = testClouds();
  const time = handTime();
  const occupy = (cloud: Cloud, instance: Instance): Answer[] =>
    Array.from({ length: mostCommandsAtOnce }, () => exec(cloud, instance, { seconds: 3 }));

  it("wait for their turn, but not for commands of another instance", async () => {
    const { cloud } = await newCloud();
    const [busy, idle] = [await createReady(cloud), await createReady(cloud)];
    const ended: string[] = [];
    const long = occupy(cloud, busy).map((answer) => answer.then(() => ended.push("long")));
    const next = exec(cloud, busy, { seconds: 0 }).then(() => ended.push("next"));
    await time.passDuring(exec(cloud, idle, { seconds: 0 }).then(() => ended.push("idle")));
    assert.deepEqual(ended, ["idle"]);
    await time.passDuring(Promise.all([...long, next]));
    assert.equal(ended.at(-1), "next");
  });

  it("are not run if their timeout expires before their turn", async () => {
    const { cloud } = await newCloud();
    const instance = await createReady(cloud);
    const long = occupy(cloud, instance);
    const late = exec(cloud, instance, { seconds: 0, timeoutSeconds: 1 });
    const message = /waited 1 s for its turn and was not run: 8 others run in instance/;
    await assertMccError(time.passDuring(late), "timeout", message);
    await time.passDuring(Promise.all(long));
  });

  it("are refused if too many wait", async () => {
    const { cloud } = await newCloud();
    const instance = await createReady(cloud);
    const hangUp = new AbortController();
    const { signal } = hangUp;
    const all = Array.from({ length: mostCommandsAtOnce + 64 }, () =>
      exec(cloud, instance, { seconds: 60, signal }),
    );
    const ended = Promise.allSettled(all);
    await assertMccError(exec(cloud, instance, { seconds: 0 }), "exhausted", /and 64 more wait/);
    hangUp.abort(new MccError("unavailable", "The client hung up."));
    const outcomes = new Set((await ended).map(({ status }) => status));
    assert.deepEqual(outcomes, new Set(["rejected"]));
  });

  it("end when their client disconnects, whether they run or wait", async () => {
    const { cloud } = await newCloud();
    const instance = await createReady(cloud);
    const hangUp = new AbortController();
    const { signal } = hangUp;
    const long = Array.from({ length: mostCommandsAtOnce + 1 }, () =>
      exec(cloud, instance, { seconds: 60, signal }),
    );
    const refused = Promise.all(long.map((answer) => assertMccError(answer, "unavailable", /hung up/)));
    await time.pass(1);
    hangUp.abort(new MccError("unavailable", "The client hung up."));
    await refused;
    const next = exec(cloud, instance, { seconds: 0 });
    assert.equal((await time.passDuring(next)).exitCode, 0);
  });
});

describe("a command that had to wait", () => {
  const newCloud = testClouds();

  it("has only the rest of its timeout", async () => {
    const { cloud } = await newCloud();
    const instance = await createReady(cloud);
    const long = Array.from({ length: mostCommandsAtOnce }, () => exec(cloud, instance, { seconds: 0.2 }));
    const late = exec(cloud, instance, { seconds: 100, timeoutSeconds: 0.5 });
    const { message } = await assertMccError(late, "timeout", /ran longer than/);
    assert.ok(Number(/longer than (\d\.\d+) s/.exec(message)?.[1]) <= 0.31, message);
    await Promise.all(long);
  });
});

function exec(
  { instances }: Cloud,
  instance: Instance,
  {
    seconds,
    timeoutSeconds = 120,
    signal,
  }: { seconds: number; timeoutSeconds?: number; signal?: AbortSignal },
): Answer {
  const command = ["sleep", String(seconds)];
  return instances.exec(
    localAdmin,
    { ...targetOf(instance), command, stdin: "", maxOutputBytes: 1, timeoutSeconds },
    signal,
  );
}
