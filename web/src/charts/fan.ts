// The numbers behind one chart of a VM: what it used, what it had, and the bands of what it will need, on one axis.
import type { Resource, VmDetail } from "../api/types";
import { inUnit } from "../format/amount";
import { axisOf, stepOf, type Axis, type Range } from "./axis";

export type Outlook = "peak" | "value";

type Column = (number | null)[];

// In this order in every chart, so that a band can name its two edges.
export const USED = 1, ALLOCATION = 2, LIMIT_AHEAD = 3, LOW = 4, MIDDLE = 5, HIGH = 6, RARE = 7;

export interface Fan {
  axis: Axis;
  origin: number; // on the axis
  columns: [number[], ...Column[]];
  levels: { low: number; middle: number; high: number; rare: number } | null; // of the quantiles drawn
  top: number; // of the value axis
}

const WANTED = { low: 0.1, middle: 0.5, high: 0.9, rare: 0.99 };

function nearest(levels: number[], wanted: number): number {
  let best = 0;
  levels.forEach((level, index) => {
    if (Math.abs(level - wanted) < Math.abs((levels[best] ?? Infinity) - wanted)) best = index;
  });
  return best;
}

function lastKnown(column: Column): number | null {
  for (let i = column.length - 1; i >= 0; i--) {
    const value = column[i];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

// A band may reach far above everything that happened. It is cut where it would press the rest flat; the readout
// still tells its number.
function topOf(xs: number[], axis: Axis, usual: Column[], rare: Column): number {
  const highest = (column: Column) =>
    column.reduce<number>((top, value, i) => {
      const x = xs[i] ?? axis.max;
      return x >= axis.min && x <= axis.max ? Math.max(top, value ?? 0) : top;
    }, 0);
  const most = Math.max(...usual.map(highest));
  return Math.max(Math.min(highest(rare), most * 1.6), most) * 1.06 || 1;
}

export function fanOf(detail: VmDetail, resource: Resource, outlook: Outlook, range: Range): Fan {
  const { samples, forecast } = detail;
  const origin = forecast?.origin ?? samples.at[samples.at.length - 1] ?? 0;
  const horizons = forecast?.horizons_seconds ?? [];
  const axis = axisOf(range, origin, horizons, stepOf(samples.at));
  const unit = (value: number | null | undefined) => inUnit(resource, value ?? null);

  const allowed = (value: number | null | undefined) => (value === 0 ? null : unit(value)); // 0 is no limit, so no line

  const past = samples.at.filter((time) => time <= origin);
  const xs = past.map(axis.at);
  const used: Column = past.map((_, i) => unit(samples.used[resource][i]));
  const allocation: Column = past.map((_, i) => allowed(samples.allocation[resource][i]));
  if (xs[xs.length - 1] !== axis.at(origin)) {
    xs.push(axis.at(origin));
    used.push(null);
    allocation.push(lastKnown(allocation));
  }
  const start = xs.length - 1;
  const empty = (): Column => xs.map(() => null);
  const [low, middle, high, rare, ahead] = [empty(), empty(), empty(), empty(), empty()];
  const bands = forecast?.[outlook][resource] ?? [];
  let levels: Fan["levels"] = null;

  if (forecast !== null && bands.length > 0) {
    const at = {
      low: nearest(forecast.levels, WANTED.low),
      middle: nearest(forecast.levels, WANTED.middle),
      high: nearest(forecast.levels, WANTED.high),
      rare: nearest(forecast.levels, WANTED.rare),
    };
    const level = (index: number) => forecast.levels[index] ?? 0;
    levels = { low: level(at.low), middle: level(at.middle), high: level(at.high), rare: level(at.rare) };
    // The fan opens at what was used last: at the origin nothing is uncertain.
    const tip = lastKnown(used);
    for (const column of [low, middle, high, rare]) column[start] = tip;
    const limit = allowed(detail.allocation[resource]);
    ahead[start] = limit;
    bands.forEach((band, i) => {
      xs.push(axis.ahead(i));
      used.push(null);
      allocation.push(null);
      ahead.push(limit);
      low.push(unit(band[at.low]));
      middle.push(unit(band[at.middle]));
      high.push(unit(band[at.high]));
      rare.push(unit(band[at.rare]));
    });
  }
  const top = topOf(xs, axis, [used, allocation, ahead, high], rare);
  return { axis, origin: axis.at(origin), columns: [xs, used, allocation, ahead, low, middle, high, rare], levels, top };
}
