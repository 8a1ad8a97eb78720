import assert from "node:assert/strict";
import { MccError } from "../../../../protocol/error";
import { unknownMethod } from "../../../../server/methods/calls/unknown-method";
import { type RawAnswer, send } from "../../../support/http/raw-http";
import { authorization, type TestListenerOptions, testListeners } from "../../../support/http/test-listener";

describe("JSON-RPC", () => {
  const listen = testListeners();
  const headers = { authorization, "content-type": "application/json" };

  async function post(
    body: unknown,
    options: TestListenerOptions = {},
  ): Promise<RawAnswer & { called: string[] }> {
    const { url, called } = await listen(options);
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return { ...(await send(url, { path: "/rpc", headers, body: text })), called };
  }

  it("answers a request with its id", async () => {
    const {
      status,
      headers: received,
      body,
    } = await post({ jsonrpc: "2.0", id: "x", method: "a", params: { b: 1 } });
    assert.deepEqual([status, received["content-type"]], [200, "application/json"]);
    assert.deepEqual(JSON.parse(body), {
      jsonrpc: "2.0",
      id: "x",
      result: { method: "a", parameters: [{ b: 1 }] },
    });
  });

  it("answers a batch in its order, with the bad requests in it and without its notifications", async () => {
    const { body, called } = await post([
      { jsonrpc: "2.0", id: 1, method: "a" },
      { jsonrpc: "2.0", method: "b" },
      { id: 3 },
      { jsonrpc: "2.0", id: 2, method: "c", params: [7] },
    ]);
    const answers = JSON.parse(body) as { id: unknown; error?: { code: number } }[];
    assert.deepEqual(
      answers.map(({ id, error }) => [id, error?.code]),
      [
        [1, undefined],
        [3, -32_600],
        [2, undefined],
      ],
    );
    assert.deepEqual(called, ["a", "b", "c"]);
  });

  it("makes the calls of notifications, and answers nothing", async () => {
    const { status, body, called } = await post([{ jsonrpc: "2.0", method: "a" }]);
    assert.deepEqual([status, body, called], [204, "", ["a"]]);
  });

  const errors: readonly (readonly [title: string, error: Error, code: number, word: string])[] = [
    ["MiniCloud", new MccError("conflict", "The name is taken."), 409, "conflict"],
    ["an unknown method", unknownMethod("a", ["b"]), -32_601, "not-found"],
    ["an unknown method that is a parameter", unknownMethod("z", ["b"]), 404, "not-found"],
    ["an unexpected kind", new TypeError("x is not a function"), 500, "internal"],
  ];
  for (const [title, error, code, word] of errors) {
    it(`reports an error of ${title}`, async () => {
      const { body } = await post(
        { jsonrpc: "2.0", id: 1, method: "a" },
        { dispatch: () => Promise.reject(error) },
      );
      const { error: reported } = JSON.parse(body) as { error: { code: number; data: unknown } };
      assert.deepEqual([reported.code, reported.data], [code, { code: word }]);
    });
  }

  it("reports what is no request", async () => {
    for (const [text, code] of [
      ["{", -32_700],
      ["[]", -32_600],
      ["7", -32_600],
    ] as const) {
      const { status, body } = await post(text);
      const answer = JSON.parse(body) as { id: unknown; error: { code: number } };
      assert.deepEqual([status, answer.id, answer.error.code], [200, null, code], text);
    }
  });

  it("limits the answers of one batch", async () => {
    const long = "x".repeat(12 * 1024 * 1024);
    const requests = [1, 2, 3, 4].map((id) => ({ jsonrpc: "2.0", id, method: "a" }));
    const { body } = await post(requests, { dispatch: () => Promise.resolve(long) });
    const answers = JSON.parse(body) as { error?: { data: unknown } }[];
    assert.deepEqual(
      answers.map(({ error }) => error?.data),
      [undefined, undefined, undefined, { code: "exhausted" }],
    );
  });

  it("refuses requests before they are calls in JSON", async () => {
    const { url, called } = await listen();
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "a" });
    const refusals: readonly (readonly [Record<string, string>, number, string])[] = [
      [{ ...headers, authorization: "" }, 401, "unauthenticated"],
      [{ ...headers, origin: "http://a.example" }, 403, "forbidden"],
      [{ ...headers, host: "evil.example" }, 403, "forbidden"],
      [{ ...headers, "content-type": "text/plain" }, 415, "invalid"],
      [{ ...headers, "content-type": "text/xml" }, 415, "invalid"],
    ];
    for (const [sent, status, word] of refusals) {
      const answer = await send(url, { path: "/rpc", headers: sent, body });
      const { error } = JSON.parse(answer.body) as { error: { data: unknown } };
      assert.deepEqual([answer.status, error.data], [status, { code: word }]);
    }
    assert.equal((await send(url, { path: "/rpc", method: "GET", headers })).status, 405);
    assert.deepEqual(called, []);
  });
});
