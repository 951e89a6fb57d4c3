// What was started or planned, what was not and why, and what is only reported: each with its sentence.
import { useState } from "react";

import type { Action, Alert, Denial } from "../api/types";
import { amount, chance, several } from "../format/amount";
import { clock, dayAndClock } from "../format/time";
import { href } from "../route";

const SHOWN = 12;

function useBound<T>(all: T[], most = SHOWN): { shown: T[]; rest: number; showAll: () => void } {
  const [bounded, setBounded] = useState(true);
  const shown = bounded ? all.slice(0, most) : all;
  return { shown, rest: all.length - shown.length, showAll: () => setBounded(false) };
}

function More({ rest, showAll }: { rest: number; showAll: () => void }) {
  if (rest === 0) return null;
  return (
    <button type="button" className="more" onClick={showAll}>
      Show {several(rest, "more", "more")}
    </button>
  );
}

function outcome(action: Action): { word: string; tone: string } {
  if (action.decision === "recommended") return { word: "recommended", tone: "watch" };
  if (action.decision === "refused" || action.state === "refused") return { word: "refused", tone: "watch" };
  if (action.state === "failed") return { word: "failed", tone: "act" };
  if (action.state === "done") return { word: "done", tone: "calm" };
  return { word: action.state === "" ? "planned" : action.state, tone: "busy" };
}

function where(action: Action): string {
  return action.from !== action.to && action.from !== "" && action.to !== "" ? `${action.from} → ${action.to}` : action.to || action.from;
}

// "42 % · 0.30 GiB sent, 0.10 GiB of pass 2 left · expected at 12:03:10, as a rule by 12:03:31": as much of it as is known.
function howFar(share: number, progress: Action["progress"]): string {
  const parts = [`${Math.round(share * 100)} %`];
  if (progress !== null && progress.sent_bytes !== null) {
    const left = progress.left_bytes === null ? "" : `, ${amount("memory", progress.left_bytes)}${progress.pass ? ` of pass ${progress.pass}` : ""} left`;
    parts.push(`${amount("memory", progress.sent_bytes)} sent${left}`);
  }
  if (progress !== null && progress.expected_end !== null) {
    const latest = progress.latest_end === null ? "" : `, as a rule by ${clock(progress.latest_end, true)}`;
    parts.push(`expected at ${clock(progress.expected_end, true)}${latest}`);
  }
  return parts.join(" · ");
}

// Nothing for what is about no VM.
function VmName({ vm }: { vm: string }) {
  if (vm === "") return null;
  return (
    <a className="name" href={href.vm(vm)}>
      {vm}
    </a>
  );
}

function Line({ action, withVm }: { action: Action; withVm: boolean }) {
  const { word, tone } = outcome(action);
  return (
    <li className="action">
      <time>{dayAndClock(action.at)}</time>
      <div>
        <p>
          {withVm && <VmName vm={action.vm} />}
          <b>{action.text}</b>
          <span className="muted">{where(action)}</span>
        </p>
        <p className="reason" title={`rule ${action.rule}, ${action.code}, confidence ${chance(action.confidence)}`}>
          {action.reason}
        </p>
        {action.state === "running" && action.share_done !== null && (
          <>
            <progress value={action.share_done} max={1} aria-label={`${Math.round(action.share_done * 100)} % done`} />
            <p className="reason">{howFar(action.share_done, action.progress)}</p>
          </>
        )}
        {action.why_refused !== "" && <p className="reason why">Not done: {action.why_refused}</p>}
        {action.message !== "" && <p className="reason why">{action.message}</p>}
      </div>
      <span className={`chip ${tone}`}>{word}</span>
    </li>
  );
}

interface ActionsProps {
  actions: Action[];
  none: string;
  withVm?: boolean;
  most?: number; // shown before one asks for the rest
}

export function Actions({ actions, none, withVm = true, most }: ActionsProps) {
  const { shown, rest, showAll } = useBound(actions, most);
  if (actions.length === 0) return <p className="empty">{none}</p>;
  return (
    <>
      <ul className="actions">
        {shown.map((action, index) => (
          // The plan numbers nothing yet, so an id alone may repeat.
          <Line key={`${action.id}/${index}`} action={action} withVm={withVm} />
        ))}
      </ul>
      <More rest={rest} showAll={showAll} />
    </>
  );
}

export function Denials({ denied, none, withVm = true }: { denied: Denial[]; none: string; withVm?: boolean }) {
  const { shown, rest, showAll } = useBound(denied);
  if (denied.length === 0) return <p className="empty">{none}</p>;
  return (
    <>
      <ul className="actions">
        {shown.map((denial, index) => (
          <li className="action denied" key={index}>
            <div>
              <p>
                {withVm && <VmName vm={denial.vm} />}
                <span>{denial.wanted}</span>
                {denial.host !== "" && <span className="muted">{denial.host}</span>}
              </p>
              <p className="reason why">
                Not done: {denial.why}
                {denial.times > 1 && ` · ${several(denial.times, "time")} since ${dayAndClock(denial.since)}`}
              </p>
            </div>
          </li>
        ))}
      </ul>
      <More rest={rest} showAll={showAll} />
    </>
  );
}

export function Alerts({ alerts, none }: { alerts: Alert[]; none: string }) {
  const { shown, rest, showAll } = useBound(alerts);
  if (alerts.length === 0) return <p className="empty">{none}</p>;
  return (
    <>
      <ul className="actions alerts">
        {shown.map((alert, index) => (
          <li className="action" key={index}>
            <time>{dayAndClock(alert.at)}</time>
            <div>
              <p>
                <VmName vm={alert.vm} />
                <span className="muted">{alert.host}</span>
              </p>
              <p className="reason" title={`rule ${alert.rule}, confidence ${chance(alert.confidence)}`}>
                {alert.text}
              </p>
            </div>
            <span className="chip watch">alert</span>
          </li>
        ))}
      </ul>
      <More rest={rest} showAll={showAll} />
    </>
  );
}
