// CPU used on a host over the last day, under what it can deliver and what its VMs were given.
import { useCallback, useMemo, useRef } from "react";
import type uPlot from "uplot";

import type { HostDetail } from "../api/types";
import { amount, inUnit } from "../format/amount";
import { clock, DAY_MS, HOUR_MS } from "../format/time";
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

function drawnOf(host: HostDetail): Drawn {
  const times = host.samples.at;
  const last = times[times.length - 1] ?? 0, from = last - DAY_MS;
  const used = times.map((_, i) => inUnit("cpu", host.samples.cpu_used[i] ?? null));
  const level = (value: number | null) => times.map(() => inUnit("cpu", value));
  const ticks = [];
  for (let t = Math.ceil(from / (6 * HOUR_MS)) * 6 * HOUR_MS; t <= last; t += 6 * HOUR_MS) ticks.push({ x: t, label: clock(t) });
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
