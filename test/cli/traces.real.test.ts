import assert from "node:assert/strict";
import { importMicro } from "../support/daemons/micro-image";
import { testDaemons } from "../support/daemons/test-daemon";
import { traceCollectors } from "../support/http/trace-collector";
import { environmentFor, runProcess } from "../support/programs/run-program";
import { eventually } from "../support/time/eventually";

/** The span of the program that runs mcc, such as a job of a build server. */
const caller = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
const create = ["mccserver: instance.create", "mcc: instance.create", "mcc: mcc run-instances"];
const start = ["mccserver: engine start", "mccserver: step start", ...create];

describe("the trace of an mcc command", function () {
  this.timeout(120_000);
  const newDaemon = testDaemons();
  const newCollector = traceCollectors();

  for (const { driver, command } of [
    { driver: "simulated", command: start },
    { driver: "lxc", command: ["mccserver: lxc-start", ...start] },
  ]) {
    it(`leads from its TRACEPARENT to each command of the engine, with the driver ${driver}`, async () => {
      const collector = await newCollector();
      const daemon = await newDaemon({ driver, environment: { ...collector.environment } });
      await daemon.start();
      if (driver === "lxc") {
        await importMicro(daemon, await daemon.client());
      }
      const run = await runProcess(["mcc", "run-instances", "-n", "web", "--image", "micro"], {
        environment: {
          ...environmentFor(daemon),
          ...collector.environment,
          TRACEPARENT: `00-${caller.traceId}-${caller.spanId}-01`,
        },
      });
      assert.equal(run.exitCode, 0, run.stderr);
      const [last = ""] = command;
      const pathsOfLast = (): string[] =>
        collector.spans
          .filter(({ name, traceId }) => `mccserver: ${name}` === last && traceId === caller.traceId)
          .map((span) => collector.pathOf(span).join(" < "));
      // A span can arrive before those around it.
      await eventually(() => pathsOfLast().includes(command.join(" < ")), "all were sent");
      assert.deepEqual(pathsOfLast(), [command.join(" < ")]);
      const own = collector.spans.filter(({ name }) => name === "mcc run-instances");
      assert.deepEqual(
        own.map(({ traceId, parentSpanId }) => ({ traceId, spanId: parentSpanId })),
        [caller],
      );
      await daemon.stop();
      assert.ok(!collector.sent.includes(await daemon.token()));
    });
  }
});
