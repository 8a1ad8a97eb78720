import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { traced, traceparent } from "../../../protocol/tracing/spans";
import { startTracing } from "../../../protocol/tracing/start-tracing";
import { compiled } from "../../support/checkout";
import { testDaemons } from "../../support/daemons/test-daemon";
import { withEnvironment } from "../../support/environment";
import { temporaryFolders } from "../../support/files/temporary-folder";
import { localServers } from "../../support/http/local-servers";
import { type TraceCollector, traceCollectors } from "../../support/http/trace-collector";
import { programPath } from "../../support/programs/run-program";
import { eventually } from "../../support/time/eventually";

/** Writes the files that a process has loaded at its end. */
const preload = `process.on("exit", () => require("fs").writeFileSync(
  process.env.LOADED, Object.keys(require("module")._cache).join("\\n")));`;

/** Spans are sent soon, and a collector that does not answer is given up soon. */
const hasty = { OTEL_BSP_SCHEDULE_DELAY: "10", OTEL_EXPORTER_OTLP_TIMEOUT: "300" };

/** prom-client loads the package with OpenTelemetry's types, `api`. */
function isOfTracing(path: string): boolean {
  return /open-telemetry\.js$|@opentelemetry\/(?!api\/)/.test(path);
}

describe("traces", function () {
  this.timeout(60_000);
  const newFolder = temporaryFolders();
  const newDaemon = testDaemons();
  const newCollector = traceCollectors();
  const servers = localServers();

  /** Runs commands with a daemon. @returns the files that a command and the daemon loaded. */
  async function loadedFiles(environment: NodeJS.ProcessEnv): Promise<string[]> {
    const folder = await newFolder();
    await writeFile(join(folder, "preload.cjs"), preload);
    const loading = { NODE_OPTIONS: `--require ${join(folder, "preload.cjs")}` };
    const ofDaemon = join(folder, "daemon");
    const daemon = await newDaemon({ environment: { ...environment, ...loading, LOADED: ofDaemon } });
    await daemon.start();
    const mcc = async (...words: string[]): Promise<string> => {
      const env = {
        ...environment,
        ...{ ...loading, LOADED: join(folder, "mcc") },
        ...{ MCC_SERVER: daemon.url, MCC_RUNTIME_DIR: daemon.runtimeFolder },
      };
      return (await execa(process.execPath, [programPath("mcc"), ...words], { env })).stdout;
    };
    assert.match(await mcc("run-instances", "-n", "web"), /web/);
    assert.match(await mcc("list-instances"), /running/);
    assert.equal(await daemon.stop(), 0);
    const texts = await Promise.all([ofDaemon, join(folder, "mcc")].map((path) => readFile(path, "utf8")));
    return texts.flatMap((text) => text.split("\n"));
  }

  it("load no module of OpenTelemetry unless the environment asks for them", async () => {
    const without = await loadedFiles({ OTEL_EXPORTER_OTLP_ENDPOINT: undefined });
    assert.ok(without.some((path) => path.endsWith("/server/serve.js")));
    assert.ok(without.some((path) => path.endsWith("/programs/bin/mcc.js")));
    assert.deepEqual(
      without.filter((path) => isOfTracing(path)),
      [],
    );
    const { environment } = await newCollector();
    assert.deepEqual(
      (await loadedFiles({ ...environment, OTEL_SDK_DISABLED: "true" })).filter((path) => isOfTracing(path)),
      [],
    );
  });

  it("load none in a provider's process either", async () => {
    const { environment } = await newCollector();
    const call = `require(process.argv[1]).instance.check({}, {}).catch(() => undefined).then(() =>
      console.log(Object.keys(require.cache).join("\\n")))`;
    for (const [asked, env] of [
      [false, { OTEL_EXPORTER_OTLP_ENDPOINT: undefined }],
      [true, environment],
    ] as const) {
      // Its last argument is the address of the engine.
      const words = ["-e", call, compiled("provider/hooks/index.js"), "127.0.0.1:1"];
      const { stdout } = await execa(process.execPath, words, { env });
      assert.match(stdout, /hooks\/sdk\/guard\.js/);
      assert.equal(/open-telemetry\.js$/m.test(stdout), asked);
      assert.equal(stdout.includes("@opentelemetry/exporter-trace-otlp-http"), asked);
    }
  });

  it("lead from a command through the daemon's call and steps to the engine", async () => {
    const collector = await newCollector();
    const loaded = await loadedFiles(collector.environment);
    assert.ok(loaded.some((path) => isOfTracing(path)));
    const paths = collector.spans.map((span) => collector.pathOf(span).join(" < "));
    const call = "mccserver: instance.create < mcc: instance.create < mcc: mcc run-instances";
    for (const [step, request] of [
      ["create", "create"],
      ["start", "start"],
    ] as const) {
      assert.ok(
        paths.includes(`mccserver: engine ${request} < mccserver: step ${step} < ${call}`),
        paths.join("\n"),
      );
    }
    assert.ok(
      paths.includes("mccserver: instance.list < mcc: instance.list < mcc: mcc list-instances"),
      paths.join("\n"),
    );
    const created = collector.spans.find(({ name }) => name === "step create");
    assert.deepEqual(created?.attributes, { "minicloud.instance": 500, "minicloud.result": "ok" });
    assert.doesNotMatch(collector.sent, /secret-of-the-collector|Bearer/);
    assert.ok(!collector.sent.includes(String(collector.port)), "no address of the collector");
  });

  it("neither fail nor hold up anything if the collector cannot be reached, or never answers", async () => {
    let asked = 0;
    const silent = await servers.tcp(() => {
      asked += 1;
    });
    for (const endpoint of ["http://127.0.0.1:1", `http://127.0.0.1:${silent}`, "no address"]) {
      await loadedFiles({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...hasty });
    }
    assert.ok(asked > 0, "the silent collector was asked");
  });

  describe("of this process", () => {
    let collector: TraceCollector;
    let endpoint: string | undefined;
    before(async () => {
      collector = await newCollector();
    });
    withEnvironment(() => ({
      ...collector.environment,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint,
      ...hasty,
    }));

    it("end what is open when the process ends, and send it", async () => {
      const parent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
      const tracing = await startTracing({ service: "test", root: "all", parent });
      void traced("endless", {}, () => new Promise(() => undefined));
      await tracing.close(5000);
      assert.deepEqual(
        collector.spans.map(({ name, traceId, attributes }) => [
          name,
          traceId,
          attributes["minicloud.result"],
        ]),
        [
          ["all", "a".repeat(32), "ok"],
          ["endless", "a".repeat(32), "interrupted"],
        ],
      );
      endpoint = "http://127.0.0.1:1";
    });

    it("tell once that they cannot be sent", async () => {
      const failures: string[] = [];
      const tracing = await startTracing({ service: "test", onFailure: (reason) => failures.push(reason) });
      await eventually(async () => {
        await traced("work", {}, () => Promise.resolve());
        return failures.length > 0;
      }, "the failure is told");
      await traced("work", {}, () => Promise.resolve());
      await tracing.close(2000);
      assert.equal(failures.length, 1, failures.join("; "));
    });

    it("are not sent elsewhere if the address of the collector is malformed", async () => {
      const failures: string[] = [];
      const options = { service: "test", onFailure: (reason: string) => failures.push(reason) };
      const tracing = await startTracing(options, { OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4318" });
      await traced("work", {}, () => assert.equal(traceparent(), undefined));
      await tracing.close(2000);
      assert.match(failures.join(), /^OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https URL/);
    });
  });
});
