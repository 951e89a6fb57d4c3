// The running policy beside the others: what the fleet suffered and what it cost.
import type { PolicyScore, Score } from "../api/types";
import { count, share, usd } from "../format/amount";
import { compare } from "../format/compare";

const BAR = 10, GAP = 2, TALL = 26;

// All rows share one scale, so that heights compare across policies.
function Days({ score, policy, most }: { score: Score; policy: PolicyScore; most: number }) {
  const days = policy.overload_by_day;
  const told = days.map((minutes, i) => `${score.days[i] ?? `day ${i + 1}`}: ${count(minutes)}`).join(", ");
  return (
    <svg
      className="days"
      style={{ width: Math.max(1, score.days.length) * (BAR + GAP) }}
      viewBox={`0 0 ${Math.max(1, score.days.length) * (BAR + GAP)} ${TALL}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Overloaded VM-minutes by day: ${told}`}
    >
      {days.map((minutes, i) => {
        const height = ((minutes ?? 0) / most) * (TALL - 1);
        return (
          <g key={i}>
            <title>{`${score.days[i] ?? ""}: ${count(minutes)} overloaded VM-minutes`}</title>
            <rect className="day-back" x={i * (BAR + GAP)} y={0} width={BAR} height={TALL} />
            <rect className="day" x={i * (BAR + GAP)} y={TALL - Math.max(1, height)} width={BAR} height={Math.max(1, height)} />
          </g>
        );
      })}
    </svg>
  );
}

const CAUSES: Record<string, string> = {
  vm_cpu: "the VM's CPU limit",
  vm_memory: "the VM's memory limit",
  host_cpu: "the host's CPU",
  host_memory: "the host's memory",
  disk: "disk",
  network: "network",
};

function causes(policy: PolicyScore): string {
  const told = Object.entries(policy.overload_by_cause).map(([cause, minutes]) => `${CAUSES[cause] ?? cause} ${count(minutes)}`);
  return told.length === 0 ? "" : `VM-minutes by cause: ${told.join(", ")}`;
}

function Row({ score, policy, ours, most, mostDay }: { score: Score; policy: PolicyScore; ours: boolean; most: number; mostDay: number }) {
  return (
    <tr className={ours ? "ours" : undefined}>
      <th scope="row">{policy.policy}</th>
      <td title={causes(policy)}>
        <span className="bar-cell">
          <span className="bar" aria-hidden="true">
            <i style={{ width: `${(policy.overload_vm_minutes / most) * 100}%` }} />
          </span>
          <b>{count(policy.overload_vm_minutes)}</b>
          <span className="muted">{share(policy.overload_share)}</span>
        </span>
      </td>
      <td className="wide-only">
        <Days score={score} policy={policy} most={mostDay} />
      </td>
      <td className="n">{usd(policy.host_bill_per_day)}</td>
      <td className="n">{usd(policy.bill_per_day)}</td>
      <td className="n wide-only">{policy.scalings_per_vm_day === null ? "–" : policy.scalings_per_vm_day.toFixed(1)}</td>
      <td className="n wide-only">{policy.migrations_per_vm_day === null ? "–" : policy.migrations_per_vm_day.toFixed(2)}</td>
    </tr>
  );
}

export function ScoreView({ score, running }: { score: Score; running: string }) {
  const { policies } = score;
  if (policies.length === 0) return <p className="empty">No score yet: it begins with the first measured round.</p>;
  const most = Math.max(1, ...policies.map((policy) => policy.overload_vm_minutes));
  const mostDay = Math.max(1, ...policies.flatMap((policy) => policy.overload_by_day.map((minutes) => minutes ?? 0)));
  const ours = policies.find((policy) => policy.policy === running);
  return (
    <>
      <div className="scroll">
        <table className="score">
          <thead>
            <tr>
              <th scope="col">policy</th>
              <th scope="col" title="minutes in which a VM wanted more than it could have, summed over VMs">
                overloaded VM-minutes, share
              </th>
              <th scope="col" className="wide-only">
                by day, up to {count(mostDay)}
              </th>
              <th scope="col" className="n" title="what the hosts that are on cost">
                hosts USD/day
              </th>
              <th scope="col" className="n" title="what the allocations would cost at a cloud's prices">
                allocated USD/day
              </th>
              <th scope="col" className="n wide-only">
                scalings / VM-day
              </th>
              <th scope="col" className="n wide-only">
                moves / VM-day
              </th>
            </tr>
          </thead>
          <tbody>
            {policies.map((policy) => (
              <Row key={policy.policy} score={score} policy={policy} ours={policy === ours} most={most} mostDay={mostDay} />
            ))}
          </tbody>
        </table>
      </div>
      {ours !== undefined && policies.length > 1 && (
        <ul className="verdicts" aria-label={`${ours.policy} compared`}>
          {policies
            .filter((policy) => policy !== ours)
            .map((policy) => {
              const { verdict, words } = compare(ours, policy);
              return (
                <li key={policy.policy} className={verdict}>
                  {words}
                </li>
              );
            })}
        </ul>
      )}
    </>
  );
}
