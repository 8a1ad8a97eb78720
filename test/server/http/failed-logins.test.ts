import assert from "node:assert/strict";
import { FailedLogins } from "../../../server/http/failed-logins";
import { captureLog } from "../../support/captured-log";
import { send } from "../../support/http/raw-http";
import { authorization, testListeners } from "../../support/http/test-listener";
import { callRequest } from "../../support/wire/wire";

describe("failed logins", () => {
  const never = new AbortController().signal;
  const listen = testListeners();

  it("are logged once a minute and address, with the number of the others", async () => {
    const { log, lines } = captureLog();
    let nowMs = 0;
    const logins = new FailedLogins(log, 0, () => nowMs);
    const fail = (from: string): Promise<void> => logins.delay(from, "no token", never);
    for (let count = 0; count < 50; count += 1) {
      await fail("192.0.2.1");
    }
    await fail("192.0.2.2");
    nowMs = 60_000;
    await fail("192.0.2.1");
    nowMs = 120_000;
    await fail("192.0.2.1");
    assert.deepEqual(
      lines.map(({ from, others, msg }) => [from, others, msg]),
      [
        ["192.0.2.1", undefined, "A login failed: no token"],
        ["192.0.2.2", undefined, "A login failed: no token"],
        ["192.0.2.1", 49, "A login failed: no token"],
        ["192.0.2.1", undefined, "A login failed: no token"],
      ],
    );
  });

  it("are answered late, and a client that hangs up ends the wait", async () => {
    const { log } = captureLog();
    const logins = new FailedLogins(log, 3_600_000);
    const gone = new AbortController();
    const waiting = logins.delay("192.0.2.1", "no token", gone.signal);
    gone.abort();
    await waiting;
    let isOver = false;
    void new FailedLogins(log, 3_600_000).delay("192.0.2.1", "no token", never).then(() => {
      isOver = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(isOver, false);
  });

  it("do not delay a valid token of the same address", async () => {
    const { url, lines } = await listen({ failedLoginDelayMs: 3_600_000 });
    const gone = new AbortController();
    const refused = fetch(url, {
      method: "POST",
      headers: { authorization: "Bearer wrong-wrong-wrong", "content-type": "text/xml" },
      body: "x",
      signal: gone.signal,
    });
    refused.catch(() => undefined);
    while (!lines.some(({ msg }) => /A login failed: .*the request has another one/.test(String(msg)))) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const { body } = callRequest("a", []);
    assert.equal((await send(url, { headers: { authorization }, body })).status, 200);
    gone.abort();
    await assert.rejects(refused);
    assert.ok(!JSON.stringify(lines).includes("wrong-wrong"));
  });
});
