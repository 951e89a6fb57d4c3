// CPU used on a host over the last day, under what it can deliver and what its VMs were given.
import { useCallback, useMemo, useRef } from "react";
import type uPlot from "uplot";

import type { HostDetail } from "../api/types";
import { amount, inUnit } from "../format/amount";
import { clock, DAY_MS, HOUR_MS, MINUTE_MS } from "../format/time";
import type { Axis } from "./axis";
import { axes, dashed, quiet, scales } from "./options";
import { Plot } from "./plot";
import type { Theme } from "./theme";

const HEIGHT = 220;

interface Drawn {
  axis: Axis;
  columns: uPlot.AlignedData;
  top: number;
}

// A day; less where there is little yet, in quarters that are whole minutes or hours.
function spanOf(times: number[]): number {
  const known = (times[times.length - 1] ?? 0) - (times[0] ?? 0);
  return [4 * MINUTE_MS, 20 * MINUTE_MS, HOUR_MS, 4 * HOUR_MS].find((span) => known <= span) ?? DAY_MS;
}

function drawnOf(host: HostDetail): Drawn {
  const times = host.samples.at;
  const last = times[times.length - 1] ?? 0, from = last - spanOf(times);
  const used = times.map((_, i) => inUnit("cpu", host.samples.cpu_used[i] ?? null));
  const level = (value: number | null) => times.map(() => inUnit("cpu", value));
  const ticks = [];
  const every = (last - from) / 4;
  for (let t = Math.ceil(from / every) * every; t <= last; t += every) ticks.push({ x: t, label: clock(t, every < MINUTE_MS) });
  const most = Math.max(...used.map((value) => value ?? 0), inUnit("cpu", host.deliverable.cpu) ?? 0, inUnit("cpu", host.allocated.cpu) ?? 0);
  return {
    axis: { at: (time) => time, ahead: () => last, min: from, max: last, ticks, word: (x) => clock(x) },
    columns: [times, used, level(host.deliverable.cpu), level(host.allocated.cpu)],
    top: most * 1.06 || 1,
  };
}

function optionsOf(theme: Theme, drawn: () => Drawn): Omit<uPlot.Options, "width" | "height"> {
  const points = { show: false };
  return {
    ...quiet,
    scales: scales(drawn),
    axes: axes(theme, () => drawn().axis),
    series: [
      {},
      { stroke: theme.used, width: 1.5, fill: theme.ahead, points },
      { stroke: theme.text, width: 1.5, points },
      { stroke: theme.allocation, width: 1.5, dash: dashed(), points },
    ],
  };
}

export function HostChart({ host }: { host: HostDetail }) {
  const drawn = useMemo(() => drawnOf(host), [host]);
  const newest = useRef(drawn);
  newest.current = drawn;
  const make = useCallback((theme: Theme) => optionsOf(theme, () => newest.current), []);
  if (host.samples.at.length === 0) return <p className="empty">No samples yet.</p>;
  return (
    <>
      <Plot make={make} data={drawn.columns} height={HEIGHT} label={`CPU used on ${host.name} over the last 24 hours`} />
      <p className="readout">
        <span className="key used">used {amount("cpu", host.used.cpu)}</span>
        <span className="key deliverable">deliverable {amount("cpu", host.deliverable.cpu)}</span>
        <span className="key allocation dashed">allocated now {amount("cpu", host.allocated.cpu)}</span>
      </p>
    </>
  );
}
