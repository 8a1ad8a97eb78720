import assert from "node:assert/strict";
import { headersOfPage, type Login, logInWith } from "../../../support/http/dashboard-session";
import { send } from "../../../support/http/raw-http";
import { type TestListener, testListeners, testToken } from "../../../support/http/test-listener";
import { handTime } from "../../../support/time/hand-time";

const hourMs = 3_600_000;

describe("the sessions of the dashboard", () => {
  const listen = testListeners();
  const time = handTime();
  let listener: TestListener;

  beforeEach(async () => {
    listener = await listen({ dashboard: "/nonexistent" });
  });

  const logIn = (): Promise<Login> => logInWith(listener.url, testToken);
  /** Returns the status of a call with this session. */
  const statusOf = async (login: Login): Promise<number> => {
    const { status } = await send(listener.url, {
      path: "/rpc",
      headers: { ...headersOfPage(listener.url, login), "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "any", params: {} }),
    });
    return status;
  };

  it("end after 12 hours, used or not", async () => {
    const login = await logIn();
    await time.pass(12 * hourMs - 1000);
    assert.equal(await statusOf(login), 200);
    await time.pass(1000);
    assert.equal(await statusOf(login), 401);
  });

  it("are at most 16 of an account: the oldest ends for one more", async () => {
    const logins: Login[] = [];
    for (let count = 0; count < 17; count += 1) {
      logins.push(await logIn());
    }
    const statuses = await Promise.all(logins.map(statusOf));
    assert.deepEqual(statuses, [401, ...Array<number>(16).fill(200)]);
  });

  it("give room to a login of the same browser before others end", async () => {
    const logins: Login[] = [];
    for (let count = 0; count < 16; count += 1) {
      logins.push(await logIn());
    }
    const [oldest, last] = [logins[0], logins.at(-1)];
    assert.ok(oldest !== undefined && last !== undefined);
    const again = await logInWith(listener.url, testToken, { cookie: last.cookie });
    assert.deepEqual(await Promise.all([oldest, last, again].map(statusOf)), [200, 401, 200]);
  });
});
