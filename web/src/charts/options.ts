// What all charts of the page share: quiet axes, no legend and no zoom of uPlot's own.
import type uPlot from "uplot";

import type { Axis, Tick } from "./axis";
import type { Theme } from "./theme";

const FONT = "11px system-ui, sans-serif";

export function dashed(): number[] {
  return [5 * devicePixelRatio, 4 * devicePixelRatio];
}

const NARROW = 440;

// On a phone two horizons are a plus sign apart.
function labelled(tick: Tick | undefined, width: number): string {
  const label = tick?.label ?? "";
  return width < NARROW ? label.replace("+", "") : label;
}

export function axes(theme: Theme, axis: () => Axis): uPlot.Axis[] {
  const common = { stroke: theme.text, font: FONT, grid: { stroke: theme.grid, width: 1 }, ticks: { show: false } };
  return [
    {
      ...common,
      size: 24,
      gap: 4,
      splits: () => axis().ticks.map((tick) => tick.x),
      values: (u, splits) => splits.map((x) => labelled(axis().ticks.find((tick) => tick.x === x), u.width)),
    },
    { ...common, size: 42, gap: 4, values: (_, splits) => splits.map((value) => String(Number(value.toPrecision(3)))) },
  ];
}

// Set by what is drawn, not by uPlot: time as the axis lays it out, amounts from nothing to the top.
export function scales(drawn: () => { axis: Axis; top: number }): uPlot.Scales {
  return {
    x: { time: false, range: () => [drawn().axis.min, drawn().axis.max] },
    y: { range: () => [0, drawn().top] },
  };
}

export const quiet: Pick<uPlot.Options, "legend" | "cursor" | "padding"> = {
  padding: [6, 16, 0, 0],
  legend: { show: false },
  cursor: { drag: { x: false, y: false }, points: { show: false }, y: false },
};

// The part of the chart that has not happened yet is tinted, with a line where it begins.
export function shadeAhead(theme: Theme, origin: () => number): (u: uPlot) => void {
  return (u) => {
    const { left, top, width, height } = u.bbox;
    const x = u.valToPos(origin(), "x", true);
    const right = left + width;
    if (x >= right) return;
    u.ctx.save();
    u.ctx.fillStyle = theme.ahead;
    u.ctx.fillRect(Math.max(left, x), top, right - Math.max(left, x), height);
    u.ctx.fillStyle = theme.text;
    u.ctx.fillRect(x, top, Math.max(1, devicePixelRatio), height);
    u.ctx.restore();
  };
}
