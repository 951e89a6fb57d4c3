// One VM: what it used and had, what it will need, what was done about it and what could not be.
import { useState } from "react";

import { RESOURCES, type VmDetail } from "../api/types";
import { statusFeed, useFeed, useVm } from "../api/use_feed";
import { rangesOf, stepOf, type Range } from "../charts/axis";
import type { Outlook } from "../charts/fan";
import { FanChart } from "../charts/fan_chart";
import { allocated, amount, TITLES } from "../format/amount";
import { dayAndClock } from "../format/time";
import { levelWords, mobilityWords, scalingWords, stateWords } from "../format/words";
import { Actions, Denials } from "../parts/actions";
import { Choice } from "../parts/choice";
import { Loaded } from "../parts/state_of";
import { href } from "../route";
import { AgentOfVm } from "./agents";

const OUTLOOKS: { value: Outlook; label: string; hint: string }[] = [
  { value: "peak", label: "highest until then", hint: "the highest demand up to each horizon: what limits are judged by" },
  { value: "value", label: "at that time", hint: "the demand at each horizon" },
];

function Able({ detail }: { detail: VmDetail }) {
  return (
    <section className="panel" aria-labelledby="able-title">
      <h2 id="able-title">What can be done with it</h2>
      <dl className="able">
        <dt>Automation</dt>
        <dd>
          {detail.owner === "" ? levelWords(detail.level) : `${detail.owner} owns it, so Headroom only advises`}
        </dd>
        <dt>Moving</dt>
        <dd>
          {mobilityWords(detail.mobility)}
          {detail.mobility_reason !== "" && <span className="muted"> — {detail.mobility_reason}</span>}
        </dd>
        {RESOURCES.map((resource) => (
          <div className="able-row" key={resource}>
            <dt>{TITLES[resource]}</dt>
            <dd>
              {allocated(resource, detail.allocation[resource])}, {scalingWords(detail.scaling[resource])}
              {(detail.ceiling[resource] ?? 0) > 0 && (
                <span className="muted"> up to {amount(resource, detail.ceiling[resource])}</span>
              )}
              {(detail.stalled[resource] ?? 0) > 0.005 && (
                <span className="warned"> · held back {Math.round((detail.stalled[resource] ?? 0) * 100)} % of the time</span>
              )}
            </dd>
          </div>
        ))}
        {detail.scaling_reason !== "" && (
          <>
            <dt>Why</dt>
            <dd>{detail.scaling_reason}</dd>
          </>
        )}
      </dl>
    </section>
  );
}

function Learning({ detail }: { detail: VmDetail }) {
  if (detail.state === "ready" && detail.forecast !== null) return null;
  const words =
    detail.forecast === null
      ? "No forecast yet. It begins with the first sample."
      : "Still learning: under a day of steps. Bands are wide, and nothing is taken away from this VM on their ground.";
  return <p className="note">{words}</p>;
}

function Detail({ detail }: { detail: VmDetail }) {
  const [range, setRange] = useState<Range>("steps");
  const [outlook, setOutlook] = useState<Outlook>("peak");
  const now = useFeed(statusFeed).value?.now ?? detail.agent?.sampled_at ?? 0; // the manager's
  return (
    <>
      <div className="title">
        <h1 tabIndex={-1}>{detail.name}</h1>
        <span>
          on <a href={href.host(detail.host)}>{detail.host}</a>
        </span>
        <span className={`chip ${detail.state === "ready" ? "calm" : "plain"}`}>{stateWords(detail.state)}</span>
        {detail.in_flight && <span className="chip busy">acting</span>}
        {detail.forecast !== null && <span className="muted">forecast made {dayAndClock(detail.forecast.origin)} UTC</span>}
      </div>
      <Learning detail={detail} />
      <div className="tools">
        <Choice
          label="Forecast of demand"
          options={OUTLOOKS}
          value={outlook}
          onChange={setOutlook}
        />
        <Choice
          label="Time"
          options={rangesOf(stepOf(detail.samples.at)).map(({ range: value, label, hint }) => ({ value, label, hint }))}
          value={range}
          onChange={setRange}
        />
      </div>
      <div className="charts">
        {RESOURCES.map((resource) => (
          <FanChart key={resource} detail={detail} resource={resource} outlook={outlook} range={range} />
        ))}
      </div>
      <div className="halves">
        <div className="stack">
          <Able detail={detail} />
          {detail.agent !== null && <AgentOfVm agent={detail.agent} now={now} />}
        </div>
        <section className="panel" aria-labelledby="denied-title">
          <h2 id="denied-title">Wanted, but not done</h2>
          <Denials denied={detail.denied} none="Nothing was denied." withVm={false} />
        </section>
      </div>
      <section className="panel" aria-labelledby="actions-title">
        <h2 id="actions-title">
          Actions <a href={href.plan(detail.name)}>in the log</a>
        </h2>
        <Actions actions={detail.actions} none="Nothing was done with this VM yet." withVm={false} />
      </section>
    </>
  );
}

export function VmView({ name }: { name: string }) {
  return (
    <Loaded reading={useVm(name)} what={`VM ${name}`}>
      {(detail) => <Detail detail={detail} />}
    </Loaded>
  );
}
