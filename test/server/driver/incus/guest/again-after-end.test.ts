import assert from "node:assert/strict";
import { apiError } from "../../../../../server/driver/incus/api/api-error";
import { againAfterEnd } from "../../../../../server/driver/incus/guest/again-after-end";

const lost = apiError(
  "the call",
  500,
  "dial unix /proc/self/fd/9/forkfile.sock: connect: no such file or directory",
);
const other = apiError("the call", 500, "a fault");

describe("work with the files of an instance", () => {
  const cases: readonly { title: string; failures: readonly Error[]; calls: number; failure?: Error }[] = [
    { title: "is not repeated after a success", failures: [], calls: 1 },
    { title: "is repeated if the engine lost its process for files", failures: [lost, lost], calls: 3 },
    { title: "fails if that goes on", failures: [lost, lost, lost], calls: 3, failure: lost },
    { title: "is not repeated after another error", failures: [other], calls: 1, failure: other },
  ];
  for (const { title, failures, calls, failure } of cases) {
    it(title, async () => {
      let called = 0;
      const work = async (): Promise<string> => {
        const error = failures[called];
        called += 1;
        return await (error === undefined ? Promise.resolve("done") : Promise.reject(error));
      };
      const result = await againAfterEnd(work, [1, 1]).catch((error: unknown) => error);
      assert.deepEqual([result, called], [failure ?? "done", calls]);
    });
  }
});
