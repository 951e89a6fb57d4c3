// How good the forecasts have been lately: of each bound, the share of truths that it held beside what was promised.
import type { Accuracy, Status } from "../api/types";
import { count, share } from "../format/amount";
import { horizon } from "../format/time";

const TOLD = [0.9, 0.95, 0.99];
const FROM = 0.8; // where the bars begin: what there is to see is near the end

interface Bound {
  level: number;
  held: number | null;
}

export function boundsOf(accuracy: Accuracy): Bound[] {
  return TOLD.map((level) => {
    const at = accuracy.levels.findIndex((one) => Math.abs(one - level) < 1e-9);
    return { level, held: accuracy.held[at] ?? null };
  });
}

const place = (part: number) => `${Math.min(100, Math.max(0, ((part - FROM) / (1 - FROM)) * 100))}%`;

function BoundLine({ level, held }: Bound) {
  const words = `of ${Math.round(level * 100)} % bounds`;
  return (
    <li>
      <span>{words}</span>
      <span className="meter" title={`${words} ${share(held)} held; the bar shows ${Math.round(FROM * 100)} to 100 %`}>
        {held !== null && <i className="meter-used" style={{ width: place(held) }} />}
        <i className="mark" style={{ left: place(level) }} />
      </span>
      <b>{share(held)}</b>
      <span>held</span>
    </li>
  );
}

// Two days of 5-minute steps; it counts in steps.
const REMEMBERED_STEPS = 576;

export function sentence(accuracy: Accuracy, stepSeconds: number): string {
  const memory = stepSeconds === 300 ? "two days" : horizon(REMEMBERED_STEPS * stepSeconds);
  const gain = Math.round((1 - accuracy.loss_over_model) * 1000) / 10;
  const calibration = gain >= 0.1 ? `; calibration per VM takes ${gain} % off the model's loss` : "";
  return `${count(accuracy.judgements)} forecasts whose truth is known, weighed with a memory of ${memory}${calibration}.`;
}

// Who forecasts, whether it still fits, and who would take its place.
function Models({ status }: { status: Status }) {
  const { drift, trial } = status;
  const said = trial === null ? "" : trial.last.text;
  const sofar =
    trial === null || trial.state === "over" || trial.targets === 0
      ? ""
      : ` So far the challenger loses ${trial.loss_over_champion.toFixed(3)} times as much, on ${count(trial.targets)} live targets.`;
  return (
    <>
      {drift !== null && <p className={drift.raised ? "drift raised" : "drift muted"}>{sentenceOf(drift.text)}</p>}
      {said !== "" && <p className="muted">{sentenceOf(said) + sofar}</p>}
    </>
  );
}

// The manager's words begin small, as they also stand after a colon.
const sentenceOf = (words: string) => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

export function ForecastsView({ status }: { status: Status }) {
  const { accuracy } = status;
  if (status.without_model !== "") return <p className="drift raised">{sentenceOf(status.without_model)}</p>;
  if (accuracy === null) return <p className="empty">Not measured: the policy does not forecast with the model.</p>;
  if (accuracy.judgements === 0) return <p className="empty">None is judged yet: a forecast is when its horizon has passed.</p>;
  return (
    <>
      <ul className="bounds" aria-label="Bounds that held">
        {boundsOf(accuracy).map((bound) => (
          <BoundLine key={bound.level} {...bound} />
        ))}
      </ul>
      <p className="muted">{sentence(accuracy, status.step_seconds)}</p>
      <Models status={status} />
    </>
  );
}
