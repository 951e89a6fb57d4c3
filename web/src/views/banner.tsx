// What the operator must not miss: no connection, a manager that failed, a word it has to say.
import type { Reading } from "../api/feed";
import type { Status } from "../api/types";
import { several } from "../format/amount";
import { age } from "../format/time";

const PATIENCE_MS = 3000;

// One lost answer is no lost connection; a page that never had one has nothing to be patient about.
export function isLost(reading: Reading<Status>, now: number): boolean {
  return reading.failure !== null && (reading.at === null || now - reading.at > PATIENCE_MS);
}

export function Banner({ reading, now }: { reading: Reading<Status>; now: number }) {
  const { value, failure, at } = reading;
  if (failure !== null && isLost(reading, now)) {
    const since = at === null ? "Nothing was heard from it so far." : `What you see is old: last update ${age(now - at)}.`;
    return (
      <div className="banner act" role="alert">
        <b>{failure.kind === "unreachable" ? "Connection lost" : "The manager's answer is of no use"}</b>
        <span>
          {failure.message}. Trying again every second.
          {/* Told once to those who listen; the age grows for those who look. */}
          <span aria-hidden="true"> {since}</span>
        </span>
      </div>
    );
  }
  if (value === null) return null;
  return (
    <>
      {value.alarm !== "" && (
        <div className="banner act" role="alert">
          <b>Nothing is begun until someone has looked</b>
          <span>{value.alarm}</span>
        </div>
      )}
      <StateBanner status={value} />
      {value.troubles.length > 0 && <Troubles troubles={value.troubles} />}
    </>
  );
}

function StateBanner({ status }: { status: Status }) {
  if (status.state === "failed") {
    return (
      <div className="banner act" role="alert">
        <b>The manager failed</b>
        <span>{status.message || "It gave no reason; its log may."}</span>
      </div>
    );
  }
  if (status.state === "paused") {
    return (
      <div className="banner watch" role="status">
        <b>Paused</b>
        <span>{status.message || "Forecasts go on; nothing new is started until it is resumed."}</span>
      </div>
    );
  }
  // Troubles have a banner of their own, and the message joins them.
  if (status.message === "" || status.troubles.length > 0) return null;
  return (
    <div className="banner plain" role="status">
      <span>{status.message}</span>
    </div>
  );
}

const TOLD = 3;

function Troubles({ troubles }: { troubles: string[] }) {
  const rest = troubles.slice(TOLD);
  return (
    <div className="banner watch" role="status">
      <b>{several(troubles.length, "trouble")}</b>
      <ul className="troubles" title={rest.join("\n")}>
        {troubles.slice(0, TOLD).map((trouble) => (
          <li key={trouble}>{trouble}</li>
        ))}
        {rest.length > 0 && <li>and {several(rest.length, "other")}</li>}
      </ul>
    </div>
  );
}
