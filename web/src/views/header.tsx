// What runs, how far it is, and whether this page still hears from it.
import type { Reading } from "../api/feed";
import type { Status } from "../api/types";
import { count, milliseconds } from "../format/amount";
import { age, dayAndClock, full, progress } from "../format/time";
import { levelWords } from "../format/words";
import { href, type Route } from "../route";
import { LeaveButton } from "./login";

const TONE: Record<string, string> = { running: "calm", finished: "plain", paused: "watch", failed: "act" };

function Fact({ name, value, title }: { name: string; value: string; title?: string }) {
  return (
    <div className="fact" title={title}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Time({ status }: { status: Status }) {
  const done = progress(status.now, status.from, status.to);
  const live = status.mode === "live";
  const fine = live && status.every_seconds < 60;
  const round = status.rounds > 0 ? `round ${count(status.round)} of ${count(status.rounds)}` : `round ${count(status.round)}`;
  return (
    <div className="virtual-time" title={live ? `since ${full(status.from)}, ${round}` : `${full(status.from)} to ${full(status.to)}, ${round}`}>
      <b>{full(status.now, fine)}</b>
      {done !== null && <progress value={done} max={1} aria-label={`replayed to ${dayAndClock(status.now)}`} />}
    </div>
  );
}

interface Props {
  reading: Reading<Status>;
  now: number;
  lost: boolean;
  route: Route;
}

export function Header({ reading, now, lost, route }: Props) {
  const status = reading.value;
  const state = lost ? "no connection" : (status?.state ?? "connecting");
  const tab = (to: string, here: boolean, label: string) => (
    <a href={to} aria-current={here ? "page" : undefined}>
      {label}
    </a>
  );
  return (
    <header className="top">
      <div className="brand">
        <a href={href.fleet} title={status === null ? undefined : `headroomd ${status.version}`}>
          Headroom
        </a>
        <span className={`chip ${lost ? "act" : (TONE[state] ?? "busy")}`} data-testid="state">
          {state}
        </span>
      </div>
      <nav aria-label="Views">
        {tab(href.fleet, route.view !== "plan" && route.view !== "agents", "Fleet")}
        {(status?.mode === "live" || route.view === "agents") && tab(href.agents, route.view === "agents", "Agents")}
        {tab(href.plan(), route.view === "plan", "Plan & actions")}
      </nav>
      <LeaveButton />
      {status !== null && (
        <>
          <Time status={status} />
          <dl className="facts">
            <Fact name="policy" value={status.policy} />
            <Fact name={status.mode} value={status.mode === "live" ? status.scenario : `${status.scenario} · ${status.view}`} />
            {status.mode === "live" && <Fact name="level" value={status.level} title={levelWords(status.level)} />}
            <Fact name="VMs" value={count(status.vms)} />
            <Fact name="hosts" value={count(status.hosts)} />
            <Fact name="decision" value={milliseconds(status.decision_ms)} title="how long the newest plan took to make" />
            <Fact name="forecast" value={milliseconds(status.forecast_ms)} title="how long the newest forecasts took" />
            <Fact name="updated" value={reading.at === null ? "never" : age(now - reading.at)} />
          </dl>
        </>
      )}
    </header>
  );
}
