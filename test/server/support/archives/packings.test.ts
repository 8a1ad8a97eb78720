import assert from "node:assert/strict";
import { packingOf } from "../../../../server/support/archives/packings";

describe("the compression of a tarball", () => {
  for (const { begins, packing } of [
    { begins: "1f8b0800", packing: "gzip" },
    { begins: "425a6839", packing: "bzip2" },
    { begins: "fd377a585a0000", packing: "xz" },
    { begins: "28b52ffd24", packing: "zstd" },
    { begins: "2e2f0000", packing: undefined },
    { begins: "fd377a", packing: undefined },
    { begins: "", packing: undefined },
  ]) {
    it(`that begins with ${begins || "nothing"} is ${packing ?? "none"}`, () => {
      assert.equal(packingOf(Buffer.from(begins, "hex"))?.name, packing);
    });
  }
});
