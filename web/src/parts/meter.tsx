// Small bars. Every one has its numbers as text beside it or in its label; colour only repeats them.
import { chance } from "../format/amount";
import { alarm } from "../format/risk";

const percent = (part: number, whole: number) => `${Math.min(100, Math.max(0, (part / whole) * 100))}%`;

export interface Mark {
  at: number | null;
  kind: "limit" | "admissible" | "peak";
}

interface Props {
  used: number | null;
  allocated: number | null;
  full: number; // what the whole width stands for
  marks: Mark[];
  label: string;
}

export function Meter({ used, allocated, full, marks, label }: Props) {
  const whole = full > 0 ? full : 1;
  return (
    <div className="meter" role="img" aria-label={label} title={label}>
      {allocated !== null && <i className="meter-allocated" style={{ width: percent(allocated, whole) }} />}
      {used !== null && <i className="meter-used" style={{ width: percent(used, whole) }} />}
      {marks.map(
        ({ at, kind }) => at !== null && at > 0 && <i key={kind} className={`mark ${kind}`} style={{ left: percent(at, whole) }} />,
      )}
    </div>
  );
}

export function Risk({ probability, of }: { probability: number | null; of: string }) {
  if (probability === null) return <span className="muted">not known yet</span>;
  return (
    <span className={`risk ${alarm(probability)}`} title={`${chance(probability)} ${of}`}>
      <span className="risk-track" aria-hidden="true">
        <i style={{ width: percent(probability, 1) }} />
      </span>
      <b>{chance(probability)}</b>
    </span>
  );
}
