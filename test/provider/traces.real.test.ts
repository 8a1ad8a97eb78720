import assert from "node:assert/strict";
import { importMicro } from "../support/daemons/micro-image";
import { testDaemons } from "../support/daemons/test-daemon";
import { traceCollectors } from "../support/http/trace-collector";
import { pulumiStacks } from "../support/pulumi/pulumi-stack";
import { eventually } from "../support/time/eventually";

const twoHosts = `const a = new Instance("a"); new Instance("b", {}, { dependsOn: a });`;
const create = [
  "mccserver: instance.create",
  "pulumi-minicloud: instance.create",
  "pulumi-minicloud: Instance create",
  "pulumi-minicloud: pulumi",
];
const start = ["mccserver: engine start", "mccserver: step start", ...create];

describe("the trace of a pulumi up", function () {
  this.timeout(180_000);
  const newDaemon = testDaemons();
  const newStack = pulumiStacks();
  const newCollector = traceCollectors();

  for (const { driver, command } of [
    { driver: "simulated", command: start },
    { driver: "lxc", command: ["mccserver: lxc-start", ...start] },
  ]) {
    it(`leads to each command of the engine, with the driver ${driver}`, async () => {
      const collector = await newCollector();
      const daemon = await newDaemon({ driver, environment: { ...collector.environment } });
      await daemon.start();
      if (driver === "lxc") {
        await importMicro(daemon, await daemon.client());
      }
      const stack = await newStack();
      stack.use(daemon);
      Object.assign(stack.environment, collector.environment);
      await stack.program(twoHosts);
      await stack.up();
      const pathsOf = (name: string): string[] =>
        collector.spans
          .filter((span) => span.name === name)
          .map((span) => collector.pathOf(span).join(" < "));
      const [last = ""] = command;
      const name = last.replace("mccserver: ", "");
      await eventually(
        // A span can arrive before those around it.
        () => pathsOf(name).filter((path) => path.endsWith("pulumi-minicloud: pulumi")).length === 2,
        "all were sent",
      );

      assert.deepEqual(pathsOf(name), [command.join(" < "), command.join(" < ")]);
      const traces = collector.spans.filter((span) => span.name === "Instance create");
      assert.equal(new Set(traces.map(({ traceId }) => traceId)).size, 1, "both hosts are in one trace");
      assert.deepEqual(
        traces.map(({ attributes }) => String(attributes["pulumi.urn"]).replace(/^.*::/, "")),
        ["a", "b"],
      );
      await stack.destroy();
      await daemon.stop();
      const token = await daemon.token();
      for (const secret of [token, "secret-of-the-collector", String(collector.port), String(daemon.port)]) {
        assert.ok(!collector.sent.includes(`"stringValue":"${secret}`), secret);
        assert.ok(!collector.sent.includes(`:${secret}"`), secret);
      }
    });
  }

  it("ends as always if the collector never answers", async () => {
    const environment = {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
      OTEL_EXPORTER_OTLP_TIMEOUT: "500",
      OTEL_BSP_SCHEDULE_DELAY: "100",
    };
    const daemon = await newDaemon({ environment });
    await daemon.start();
    const stack = await newStack();
    stack.use(daemon);
    Object.assign(stack.environment, environment);
    await stack.program(twoHosts);
    await stack.up();
    await stack.isSettled();
    await stack.destroy();
    await eventually(() => daemon.log.includes("traces cannot be sent"), "the daemon tells it");
  });
});
