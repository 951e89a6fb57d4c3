// What the operator must not miss: no connection, a manager that failed, a word it has to say.
import type { Reading } from "../api/feed";
import type { Status } from "../api/types";
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
  if (value.state === "failed") {
    return (
      <div className="banner act" role="alert">
        <b>The manager failed</b>
        <span>{value.message || "It gave no reason; its log may."}</span>
      </div>
    );
  }
  if (value.state === "paused") {
    return (
      <div className="banner watch" role="status">
        <b>Paused</b>
        <span>{value.message || "Forecasts go on; nothing new is started until it is resumed."}</span>
      </div>
    );
  }
  if (value.message === "") return null;
  return (
    <div className="banner plain" role="status">
      <span>{value.message}</span>
    </div>
  );
}
