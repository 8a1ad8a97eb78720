import assert from "node:assert/strict";
import pino from "pino";
import sinon from "sinon";
import { MccError } from "../../../protocol/error";
import { localAdmin } from "../../../server/cloud/access/caller";
import { Streams } from "../../../server/http/streams";
import { createDispatch } from "../../../server/methods/calls/dispatch";
import { Metrics } from "../../../server/metrics/metrics";
import { testClouds } from "../../support/daemons/test-cloud";
import { testDaemons } from "../../support/daemons/test-daemon";
import { send } from "../../support/http/raw-http";

/** A line of the text format of Prometheus: a comment, or a name, labels and a number. */
const line =
  /^(# (HELP|TYPE) \w+ .+|[a-z0-9_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? (-?[0-9.e+-]+|\+Inf|NaN))$/;

describe("GET /metrics", () => {
  const newCloud = testClouds();
  const newDaemon = testDaemons();

  it("tells the state of the daemon, and counts creations, engine requests and calls", async () => {
    const daemon = await newDaemon({ words: ["--warm", "micro=2"] });
    await daemon.start();
    const client = await daemon.client();
    const scrape = async (token: string): Promise<{ status: number; lines: string[] }> => {
      const headers = { authorization: `Bearer ${token}` };
      const { status, body } = await send(daemon.url, { method: "GET", path: "/metrics", headers });
      return { status, lines: body.split("\n").filter((each) => each !== "") };
    };
    const admin = await daemon.token();
    // It is loaded soon after the start, and counts from then on.
    await scrape(admin);
    const { id } = await client.call("instance.create", { name: "web", waitFor: "running", waitSeconds: 10 });
    await client.call("instance.create", { name: "db", type: "small", waitFor: "running", waitSeconds: 10 });
    await client.call("instance.stop", { instance: id });
    await client.call("fleet.apply", { name: "load", count: 2, image: "micro" });
    await client.call("fleet.wait", { fleet: "load", timeoutSeconds: 30 });
    await assert.rejects(client.call("instance.get", { instance: 99_999 }), { code: "not-found" });
    const { status, lines } = await scrape(admin);
    assert.equal(status, 200);
    assert.deepEqual(
      lines.filter((each) => !line.test(each)),
      [],
    );
    const has = (text: string): void => assert.ok(lines.includes(text), `${text}\n${lines.join("\n")}`);
    has('minicloud_instances{status="stopped",image="micro"} 1');
    has('minicloud_instances{status="running",image="micro"} 3');
    has('minicloud_fleets{phase="settled"} 1');
    has('minicloud_warm_instances{image="micro",state="wanted"} 2');
    has('minicloud_calls_total{method="instance.create",result="ok"} 2');
    has('minicloud_calls_total{method="instance.get",result="not-found"} 1');
    has('minicloud_engine_seconds_count{request="stop"} 1');
    has('minicloud_create_step_seconds_count{step="ready"} 4');
    has("minicloud_event_streams 0");
    assert.ok(lines.some((each) => /^minicloud_addresses\{state="taken"\} [4-6]$/.test(each)));
    assert.ok(lines.some((each) => /^nodejs_eventloop_lag_seconds /.test(each)));
    // No instance has this status any more.
    await client.call("instance.destroy", { instance: id });
    const later = (await scrape(admin)).lines;
    assert.ok(!later.some((each) => each.includes('status="stopped"')));
    const tokens = await Promise.all(
      (["reader", "user"] as const).map(
        async (role) => await client.call("accessToken.add", { name: role, role }),
      ),
    );
    const [asReader, asUser] = await Promise.all(tokens.map(({ token }) => scrape(token)));
    assert.equal(asReader?.status, 200);
    assert.equal(asUser?.status, 403);
    assert.match(String(asUser.lines), /needs the role admin or reader/);
    assert.equal((await send(daemon.url, { method: "GET", path: "/metrics" })).status, 401);
    assert.equal(await daemon.stop(), 0);
  });

  it("counts failures by step and by request, and unknown methods as one", async () => {
    const { cloud, driver } = await newCloud();
    const log = pino({ level: "silent" });
    const metrics = new Metrics(cloud, new Streams(log));
    const dispatch = createDispatch(cloud, log);
    sinon.stub(driver, "start").rejects(new MccError("engine", "no such bridge"));
    const asked = { name: "web", waitFor: "running", waitSeconds: 10 };
    await assert.rejects(dispatch(localAdmin, "instance.create", [asked]), { code: "engine" });
    await assert.rejects(dispatch(localAdmin, "no.such", []), { code: "not-found" });
    await assert.rejects(dispatch(localAdmin, "other.one", []), { code: "not-found" });
    const text = await metrics.text();
    metrics.close();
    assert.match(text, /^minicloud_create_failures_total\{step="start"\} 1$/m);
    assert.match(text, /^minicloud_engine_failures_total\{request="start"\} 1$/m);
    assert.match(text, /^minicloud_calls_total\{method="unknown",result="not-found"\} 2$/m);
    assert.match(text, /^minicloud_calls_total\{method="instance.create",result="engine"\} 1$/m);
    assert.doesNotMatch(text, /no\.such/);
    // It counts nothing any more.
    await dispatch(localAdmin, "type.list", []);
    assert.doesNotMatch(await metrics.text(), /type\.list/);
  });
});
