import assert from "node:assert/strict";
import { climb } from "../../../../../server/cloud/instances/readiness/ladder";
import type { ExecResult } from "../../../../../server/driver/driver";
import { assertMccError } from "../../../../support/assert-error";
import { freePort } from "../../../../support/daemons/stand-in-daemon";
import { localServers } from "../../../../support/http/local-servers";
import { climbing } from "../../readiness/climbing";

describe("the ladder to readiness", () => {
  const servers = localServers();

  it("is climbed in the given order", async () => {
    const port = await servers.http((_request, response) => response.end());
    const seen: string[] = [];
    const exec = (): Promise<ExecResult> => {
      seen.push("the command runs");
      const nothing = Buffer.alloc(0);
      return Promise.resolve({ exitCode: 0, stdout: nothing, stderr: nothing, truncated: false });
    };
    await climb(
      [
        { command: ["sh", "-c", "a\nb"] },
        "running",
        { tcp: port },
        { http: "/", port, status: 200 },
        "address",
      ],
      climbing({ target: { address: "127.0.0.1", exec }, onRung: (words) => seen.push(words) }),
    );
    assert.deepEqual(seen, [
      ...["command sh -c a b", "the command runs", "running", `tcp ${port}`, `http :${port}/`, "address"],
    ]);
  });

  it("has one deadline, and names the rung that it did not reach", async () => {
    const port = await freePort();
    await assertMccError(
      climb(["running", "address", { tcp: port }, "ssh"], climbing({ timeoutMs: 50 })),
      "timeout",
      new RegExp(
        `^127\\.0\\.0\\.1 did not get as far as "tcp ${port}" within 0\\.05 s \\(last seen: ECONNREFUSED\\)`,
      ),
    );
  });

  it("stops when it is aborted, with the reason", async () => {
    const port = await servers.http(() => undefined);
    const abort = new AbortController();
    const waiting = climb([{ http: "/", port, status: 200 }], climbing({ signal: abort.signal }));
    abort.abort(new Error("enough"));
    await assert.rejects(waiting, /enough/);
    await assert.rejects(climb(["running"], climbing({ signal: abort.signal })), /enough/);
  });
});
