// Where a moment lies on the chart of a VM. Samples are minutes apart over a day and horizons are 5 minutes to a day
// ahead, so one linear axis hides either the next hour or the next day; the reader chooses.
// A fleet whose steps are shorter than 5 minutes has all of that shorter: its day is 288 steps too.
import { clock, dayAndClock, horizon, MINUTE_MS } from "../format/time";

export type Range = "steps" | "hour" | "day";

const USUAL_STEP_MS = 5 * MINUTE_MS;
const STEPS_AN_HOUR = 12, STEPS_A_DAY = 288;

// Between two rows of samples.
export function stepOf(times: number[]): number {
  const [first, second] = times;
  return first !== undefined && second !== undefined && second > first ? second - first : USUAL_STEP_MS;
}

export function rangesOf(stepMs: number): { range: Range; label: string; hint: string }[] {
  const [hour, hours, day] = [1, 3, 24].map((n) => horizon((n * STEPS_AN_HOUR * stepMs) / 1000));
  const usual = stepMs === USUAL_STEP_MS;
  return [
    { range: "steps", label: "All horizons", hint: `the last ${day} to scale, then each horizon at equal steps` },
    { range: "hour", label: usual ? "Next hour" : `Next ${hour}`, hint: `${hours} back and ${hour} ahead, to scale` },
    { range: "day", label: usual ? "Next day" : `Next ${day}`, hint: `${day} back and ${day} ahead, to scale` },
  ];
}

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

function stepsAxis(origin: number, horizons: number[], stepMs: number): Axis {
  const day = STEPS_A_DAY * stepMs, fine = stepMs < MINUTE_MS;
  const at = (time: number) => ((time - origin) / day) * HISTORY_SHARE;
  const step = (1 - HISTORY_SHARE) / Math.max(1, horizons.length);
  const ahead = (index: number) => (index + 1) * step;
  const back = (x: number) => origin + (x / HISTORY_SHARE) * day;
  const hours = roundTicks(origin - day, origin - (3.5 / 24) * day, day / 4);
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
      if (x <= 0) return dayAndClock(back(x), fine);
      const seconds = horizons[Math.round(x / step) - 1];
      return seconds === undefined ? "now" : `in ${horizon(seconds)}`;
    },
  };
}

function linearAxis(origin: number, horizons: number[], stepMs: number, backMs: number, aheadMs: number, every: number): Axis {
  const fine = stepMs < MINUTE_MS, margin = stepMs / 5;
  const ahead = (index: number) => origin + (horizons[index] ?? 0) * 1000;
  return {
    at: (time) => time,
    ahead,
    min: origin - backMs,
    max: origin + aheadMs + margin,
    ticks: roundTicks(origin - backMs, origin + aheadMs, every).map((time) => ({ x: time, label: clock(time, every < MINUTE_MS) })),
    word: (x) => {
      const index = horizons.findIndex((_, i) => Math.abs(ahead(i) - x) < margin);
      return index < 0 ? dayAndClock(x, fine) : `in ${horizon(horizons[index] ?? 0)}`;
    },
  };
}

export function axisOf(range: Range, origin: number, horizons: number[], stepMs = USUAL_STEP_MS): Axis {
  const hour = STEPS_AN_HOUR * stepMs, day = STEPS_A_DAY * stepMs;
  if (range === "hour") return linearAxis(origin, horizons, stepMs, 3 * hour, hour, hour / 2);
  if (range === "day") return linearAxis(origin, horizons, stepMs, day, day, day / 4);
  return stepsAxis(origin, horizons, stepMs);
}
