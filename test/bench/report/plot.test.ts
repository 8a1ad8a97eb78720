import assert from "node:assert/strict";
import { plotSvg } from "../../../bench/report/plot";

describe("the plot of the bench", () => {
  it("is an SVG with a line and a name for each curve", () => {
    const points = [10, 100, 1000].map((instances) => ({ instances, seconds: instances / 100 }));
    const svg = plotSvg([
      { name: "create", points },
      { name: "list by label", points },
    ]);
    assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    for (const text of ["create", "list by label", "instances", "seconds"]) {
      assert.match(svg, new RegExp(`>${text}</text>`));
    }
    assert.ok(!svg.includes("<script"));
  });
});
