import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pino from "pino";
import { z } from "zod";
import { Streams } from "../../../server/http/streams";
import { Metrics } from "../../../server/metrics/metrics";
import { checkout } from "../../support/checkout";
import { testClouds } from "../../support/daemons/test-cloud";

const dashboardSchema = z.object({
  panels: z.array(
    z.object({
      title: z.string(),
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.number() }),
      targets: z.array(z.object({ expr: z.string() })).min(1),
    }),
  ),
});

describe("the Grafana dashboard", () => {
  const newCloud = testClouds();

  it("asks only for metrics that the daemon has, in panels that do not overlap", async () => {
    const path = join(checkout, "packaging", "grafana-dashboard.json");
    const { panels } = dashboardSchema.parse(JSON.parse(await readFile(path, "utf8")));
    const { cloud } = await newCloud();
    const metrics = new Metrics(cloud, new Streams(pino({ level: "silent" })));
    const text = await metrics.text();
    metrics.close();
    const known = new Set(
      [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = "", type]) =>
        type === "histogram" ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
      ),
    );
    const asked = panels.flatMap(({ targets }) =>
      targets.flatMap(({ expr }) => expr.match(/\b(minicloud|nodejs|process)_\w+/g) ?? []),
    );
    assert.ok(asked.length >= panels.length);
    assert.deepEqual(
      asked.filter((name) => !known.has(name)),
      [],
    );
    const places = panels.map(({ gridPos: { x, y } }) => `${x} ${y}`);
    assert.equal(new Set(places).size, panels.length);
  });
});
