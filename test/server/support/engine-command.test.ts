import assert from "node:assert/strict";
import { type Tracer, traced, useTracer } from "../../../protocol/tracing/spans";
import { Connection } from "../../../server/driver/incus/api/connection";
import { CommandRunner as LxcRunner } from "../../../server/driver/lxc/commands/runner";
import { rootLauncher } from "../../../server/driver/openvz/commands/launcher";
import { CommandRunner as OpenvzRunner } from "../../../server/driver/openvz/commands/runner";
import { localServers } from "../../support/http/local-servers";

const secret = "a-secret";

describe("a command of the engine", () => {
  const servers = localServers();
  const seen: string[] = [];
  const tracer: Tracer = {
    begin: (name, parent, { kind, attributes = {} }) => {
      seen.push([parent ?? "", name, kind ?? "", JSON.stringify(attributes)].join(" "));
      return { traceparent: name, end: (result) => seen.push(`${name} ${result}`) };
    },
    close: () => Promise.resolve(),
  };
  beforeEach(() => {
    seen.length = 0;
    useTracer(tracer);
  });
  afterEach(() => useTracer(undefined));

  async function spansOf(work: () => Promise<unknown>): Promise<string[]> {
    await work();
    assert.deepEqual(seen, [], "it is no trace of its own");
    await traced("call", {}, work);
    return seen.slice(1, -1);
  }

  it("is a span without its arguments with LXC", async () => {
    const runner = new LxcRunner(10_000);
    const run = async (): Promise<unknown> => await runner.run({ program: "du", words: ["--version"] });
    assert.deepEqual(await spansOf(run), ["call du client {}", "du ok"]);
  });

  it("is a span with its action and its instance with OpenVZ", async () => {
    const launcher = { ...rootLauncher, launch: () => ({ file: "true", words: [] }) };
    const runner = new OpenvzRunner({ timeoutMs: 10_000, mark: () => ({}), launcher });
    const words = ["set", "501", "--userpasswd", secret];
    const target = { id: 501, ctid: "501" };
    assert.deepEqual(await spansOf(() => runner.run({ program: "vzctl", words, target }, [])), [
      'call vzctl set client {"minicloud.instance":501}',
      "vzctl set ok",
    ]);
  });

  it("is a span without its query with Incus", async () => {
    const port = await servers.http((_request, response) => response.end("{}"));
    const connection = new Connection([`http://127.0.0.1:${port}`], undefined);
    const path = `/1.0/operations/1/websocket?secret=${secret}`;
    const get = async (): Promise<unknown> =>
      await (await connection.request({ method: "GET", path, timeoutMs: 10_000 })).body.text();
    assert.deepEqual(await spansOf(get), [
      "call GET /1.0/operations/1/websocket client {}",
      "GET /1.0/operations/1/websocket ok",
    ]);
    await connection.close();
  });
});
