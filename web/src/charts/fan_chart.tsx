// One resource of a VM over time: used, allocated, and the forecast fan.
import { useCallback, useMemo, useRef, useState } from "react";
import uPlot from "uplot";

import type { Resource, VmDetail } from "../api/types";
import { chance, digits, inUnit, TITLES, UNITS } from "../format/amount";
import { horizon, near } from "../format/time";
import { alarm } from "../format/risk";
import type { Range } from "./axis";
import { ALLOCATION, fanOf, HIGH, LIMIT_AHEAD, LOW, MIDDLE, RARE, USED, type Fan, type Outlook } from "./fan";
import { axes, dashed, quiet, shadeAhead, scales } from "./options";
import { Plot } from "./plot";
import type { Theme } from "./theme";

const HEIGHT = 210;

function optionsOf(theme: Theme, fan: () => Fan): Omit<uPlot.Options, "width" | "height"> {
  const line = (stroke: string, width: number, extra: Partial<uPlot.Series> = {}): uPlot.Series => ({
    stroke,
    width,
    points: { show: false },
    ...extra,
  });
  const edge = line("transparent", 0);
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  return {
    ...quiet,
    scales: scales(fan),
    axes: axes(theme, () => fan().axis),
    series: [
      {},
      line(theme.used, 1.5),
      line(theme.allocation, 1.5, stepped === undefined ? {} : { paths: stepped }),
      line(theme.allocation, 1.5, { dash: dashed() }),
      edge,
      line(theme.middle, 1.5),
      edge,
      edge,
    ],
    bands: [
      { series: [HIGH, LOW], fill: theme.band },
      { series: [RARE, HIGH], fill: theme.rare },
    ],
    hooks: { drawClear: [shadeAhead(theme, () => fan().origin)] },
  };
}

function at(fan: Fan, column: number, index: number): number | null {
  return fan.columns[column]?.[index] ?? null;
}

// When nothing is pointed at, the newest measurement is told, and the forecast the limits are judged by.
function newestIndex(fan: Fan): number {
  const used = fan.columns[USED] ?? [];
  for (let i = used.length - 1; i >= 0; i--) if (used[i] !== null) return i;
  return 0;
}

function soonIndex(fan: Fan, detail: VmDetail): number {
  const horizons = detail.forecast?.horizons_seconds ?? [];
  return fan.columns[0].length - horizons.length + Math.max(0, horizons.indexOf(near(horizons)));
}

interface Props {
  detail: VmDetail;
  resource: Resource;
  outlook: Outlook;
  range: Range;
}

export function FanChart({ detail, resource, outlook, range }: Props) {
  const fan = useMemo(() => fanOf(detail, resource, outlook, range), [detail, resource, outlook, range]);
  const newest = useRef(fan);
  newest.current = fan;
  const make = useCallback((theme: Theme) => optionsOf(theme, () => newest.current), []);
  const [cursor, setCursor] = useState<number | null>(null);
  const unit = UNITS[resource].label;
  const probability = detail.exceedance_15m[resource];
  const within = horizon(near(detail.forecast?.horizons_seconds ?? []));
  const known = detail.samples.at.length > 0 || detail.forecast !== null;

  const pointed = cursor !== null && cursor < fan.columns[0].length;
  const index = pointed ? cursor : newestIndex(fan);
  const soon = pointed ? index : soonIndex(fan, detail);
  const word = (i: number) => {
    const said = fan.axis.word(fan.columns[0][i] ?? 0);
    return outlook === "peak" ? said.replace(/^in /, "within ") : said;
  };
  const told = (column: number) => digits(at(fan, column, column < LOW ? index : soon));
  const limit = at(fan, ALLOCATION, index) ?? at(fan, LIMIT_AHEAD, index) ?? inUnit(resource, detail.allocation[resource]);
  const percent = (level: number) => Math.round(level * 1000) / 10;
  const label =
    `${TITLES[resource]} in ${unit}: used ${digits(at(fan, USED, newestIndex(fan)))}, ` +
    `probability of passing the limit within ${within} ${chance(probability)}`;

  return (
    <section className="panel chart" aria-label={TITLES[resource]}>
      <div className="chart-head">
        <h3>
          {TITLES[resource]} <small>{unit}</small>
        </h3>
        <span className={`chip ${alarm(probability)}`} title={`how likely it is to pass its limit within ${within}`}>
          P(over limit, {within}) {chance(probability)}
        </span>
      </div>
      {known ? (
        <Plot make={make} data={fan.columns} height={HEIGHT} label={label} onCursor={setCursor} />
      ) : (
        <p className="empty">No samples yet.</p>
      )}
      <p className="readout">
        {known && <b>{word(index)}</b>}
        <span className="key used">used {told(USED)}</span>
        <span className="key allocation">
          {limit === 0 ? "no limit" : `allocated ${digits(limit)}`}
        </span>
        {fan.levels !== null && (
          <>
            {soon !== index && <b>{word(soon)}</b>}
            <span className="key middle">
              median {told(MIDDLE)}
            </span>
            <span className="key band">
              {percent(fan.levels.low)}–{percent(fan.levels.high)} % {told(LOW)}–{told(HIGH)}
            </span>
            <span className="key rare">
              {percent(fan.levels.rare)} % {told(RARE)}
            </span>
          </>
        )}
      </p>
      <Numbers fan={fan} horizons={detail.forecast?.horizons_seconds ?? []} />
    </section>
  );
}

// The fan as numbers, for those who read, or cannot see, rather than look.
function Numbers({ fan, horizons }: { fan: Fan; horizons: number[] }) {
  if (fan.levels === null) return null;
  const first = fan.columns[0].length - horizons.length;
  const columns: [string, number][] = [
    [`${fan.levels.low * 100} %`, LOW],
    [`${fan.levels.middle * 100} %`, MIDDLE],
    [`${fan.levels.high * 100} %`, HIGH],
    [`${fan.levels.rare * 100} %`, RARE],
  ];
  return (
    <details className="numbers">
      <summary>Forecast in numbers</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">within</th>
            {columns.map(([head]) => (
              <th scope="col" key={head}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {horizons.map((seconds, i) => (
            <tr key={seconds}>
              <th scope="row">{horizon(seconds)}</th>
              {columns.map(([head, column]) => (
                <td key={head}>{digits(at(fan, column, first + i))}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
