import assert from "node:assert/strict";
import type { AuditEntry } from "../../../protocol/methods/audit";
import { standInDaemons } from "../../support/daemons/stand-in-daemon";
import { testDaemons } from "../../support/daemons/test-daemon";
import { runProgram } from "../../support/programs/run-program";
import { eventually } from "../../support/time/eventually";

describe("mcc audit", () => {
  const newDaemon = testDaemons();
  const newStandIn = standInDaemons();

  it("shows the changes of clients and of the daemon, and no secrets", async () => {
    const daemon = await newDaemon();
    await daemon.start();
    const environment = { MCC_SERVER: daemon.url, MCC_RUNTIME_DIR: daemon.runtimeFolder };
    const mcc = async (words: string[], token?: string): Promise<string> =>
      (await runProgram(["mcc", ...words], { environment: { ...environment, MCC_TOKEN: token } })).stdout;
    const token = (await mcc(["add-token", "ann", "--role", "user"])).trim().split(/\s+/).at(-1) ?? "";
    await mcc(["run-instances", "-n", "web", "--ttl", "1s", "-q"], token);
    await mcc(["run-instances", "-n", "db", "-q"]);
    await mcc(["add-token", "bob", "--role", "admin"], token);
    const entries = async (...words: string[]): Promise<AuditEntry[]> =>
      JSON.parse(await mcc(["audit", "--json", ...words])) as AuditEntry[];
    await eventually(async () => (await entries("--subject", "web")).length === 2, "the TTL has expired");
    const [created, expired] = await entries("--subject", "web");
    assert.deepEqual(
      [created?.account, created?.role, created?.from, created?.method],
      ["ann", "user", "127.0.0.1", "instance.create"],
    );
    assert.deepEqual(
      [expired?.account, expired?.method, expired?.result],
      [undefined, "instance.destroy", "ok"],
    );
    assert.match(expired?.reason ?? "", /TTL/);
    const refused = await entries("--failed");
    assert.deepEqual(
      refused.map(({ account, result }) => [account, result]),
      [["ann", "forbidden"]],
    );
    const table = await mcc(["audit"]);
    assert.match(table, /^TIME +ACCOUNT +FROM +METHOD +SUBJECT +RESULT +MS\n/);
    assert.match(table, /\(daemon\) +- +instance\.destroy +\d+ web +ok/);
    assert.match(await mcc(["audit", "-c", "1"]), /^TIME.*\n[^\n]+\n?$/);
    const everything = `${table}${JSON.stringify(await entries())}`;
    assert.ok(token.length > 20 && !everything.includes(token));
    const forbidden = await runProgram(["mcc", "audit"], {
      environment: { ...environment, MCC_TOKEN: token },
    });
    assert.match(forbidden.stderr, /^mcc: .*role admin/);
    assert.equal(await daemon.stop(), 0);
  });

  it("is refused by a daemon of an earlier release", async () => {
    const old = await newStandIn({});
    const run = await runProgram(["mcc", "audit"], { environment: { MCC_SERVER: old.url } });
    assert.deepEqual([run.exitCode, run.stdout], [1, ""]);
    assert.match(run.stderr, /too old for an audit log/);
  });
});
