// Where a moment lies on the chart of a VM. Samples are minutes apart over a day and horizons are 5 minutes to a day
// ahead, so one linear axis hides either the next hour or the next day; the reader chooses.
import { clock, DAY_MS, dayAndClock, horizon, HOUR_MS, MINUTE_MS } from "../format/time";

export type Range = "steps" | "hour" | "day";

export const RANGES: { range: Range; label: string; hint: string }[] = [
  { range: "steps", label: "All horizons", hint: "the last 24 h to scale, then each horizon at equal steps" },
  { range: "hour", label: "Next hour", hint: "3 h back and 1 h ahead, to scale" },
  { range: "day", label: "Next day", hint: "24 h back and 24 h ahead, to scale" },
];

export interface Tick {
  x: number;
  label: string;
}

export interface Axis {
  at: (time: number) => number; // a moment up to the origin
  ahead: (index: number) => number; // the origin plus horizon `index`
  min: number;
  max: number;
  ticks: Tick[];
  word: (x: number) => string; // what a position means, for the readout
}

const HISTORY_SHARE = 0.58; // of the width, with horizons at equal steps

function roundTicks(from: number, to: number, every: number): number[] {
  const ticks: number[] = [];
  for (let t = Math.ceil(from / every) * every; t <= to; t += every) ticks.push(t);
  return ticks;
}

function stepsAxis(origin: number, horizons: number[]): Axis {
  const at = (time: number) => ((time - origin) / DAY_MS) * HISTORY_SHARE;
  const step = (1 - HISTORY_SHARE) / Math.max(1, horizons.length);
  const ahead = (index: number) => (index + 1) * step;
  const back = (x: number) => origin + (x / HISTORY_SHARE) * DAY_MS;
  const hours = roundTicks(origin - DAY_MS, origin - 3.5 * HOUR_MS, 6 * HOUR_MS);
  return {
    at,
    ahead,
    min: -HISTORY_SHARE,
    max: ahead(Math.max(0, horizons.length - 1)) + step * 0.15,
    ticks: [
      ...hours.map((time) => ({ x: at(time), label: clock(time) })),
      { x: 0, label: "now" },
      ...horizons.map((seconds, index) => ({ x: ahead(index), label: `+${horizon(seconds)}` })),
    ],
    word: (x) => {
      if (x <= 0) return dayAndClock(back(x));
      const seconds = horizons[Math.round(x / step) - 1];
      return seconds === undefined ? "now" : `in ${horizon(seconds)}`;
    },
  };
}

function linearAxis(origin: number, horizons: number[], backMs: number, aheadMs: number, every: number): Axis {
  const ahead = (index: number) => origin + (horizons[index] ?? 0) * 1000;
  return {
    at: (time) => time,
    ahead,
    min: origin - backMs,
    max: origin + aheadMs + MINUTE_MS,
    ticks: roundTicks(origin - backMs, origin + aheadMs, every).map((time) => ({ x: time, label: clock(time) })),
    word: (x) => {
      const index = horizons.findIndex((_, i) => Math.abs(ahead(i) - x) < MINUTE_MS);
      return index < 0 ? dayAndClock(x) : `in ${horizon(horizons[index] ?? 0)}`;
    },
  };
}

export function axisOf(range: Range, origin: number, horizons: number[]): Axis {
  if (range === "hour") return linearAxis(origin, horizons, 3 * HOUR_MS, HOUR_MS, 30 * MINUTE_MS);
  if (range === "day") return linearAxis(origin, horizons, DAY_MS, DAY_MS, 6 * HOUR_MS);
  return stepsAxis(origin, horizons);
}
