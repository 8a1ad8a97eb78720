import { init } from "echarts";
import type { Curve } from "../measurement";

const size = { width: 760, height: 420 };
const axis = { type: "log", nameLocation: "middle", nameGap: 40 } as const;

/** Draws the seconds of each operation by the number of instances, on two logarithmic axes. @returns the SVG. */
export function plotSvg(curves: readonly Curve[]): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, ...size });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: "#ffffff",
      legend: { top: 0 },
      grid: { left: 80, right: 30, top: 50, bottom: 60 },
      xAxis: { ...axis, name: "instances" },
      yAxis: { ...axis, name: "seconds", nameGap: 60 },
      series: curves.map(({ name, points }) => ({
        name,
        type: "line",
        data: points.map(({ instances, seconds }) => [instances, seconds]),
      })),
    });
    return `${chart.renderToSVGString()}\n`;
  } finally {
    chart.dispose();
  }
}
