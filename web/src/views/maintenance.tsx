// Hosts that are to be left: who is still on them, what becomes of each, what stands in the way, and the words that change it. The page
// only reads: what changes a fleet is typed where the manager runs.
import type { Host } from "../api/types";
import { amount, several } from "../format/amount";
import { dayAndClock } from "../format/time";
import { shellWord } from "../format/words";
import { href } from "../route";

type Leaving = NonNullable<Host["leaving"]>;
type Resident = Leaving["vms"][number];

const BY: Record<string, string> = {
  drain: "drained by a person",
  constraint: "in maintenance by a constraint",
  host: "it says itself that it takes no VMs",
};

function Fate({ vm, stays }: { vm: Resident; stays: string | undefined }) {
  if (vm.state === "moving") return <span className="chip busy">moving to {vm.to}</span>;
  if (stays !== undefined) return <span className="chip act">cannot leave</span>;
  if (vm.state === "waiting") return <span className="chip plain">its turn comes, to {vm.to}</span>;
  return <span className="chip plain">not yet moved</span>;
}

function Line({ vm, stays }: { vm: Resident; stays: string | undefined }) {
  return (
    <li className="action denied">
      <div>
        <p>
          <a className="name" href={href.vm(vm.vm)}>
            {vm.vm}
          </a>
          <span className="muted">{amount("memory", vm.memory)}</span>
          <Fate vm={vm} stays={stays} />
        </p>
        {stays !== undefined && <p className="reason why">{stays}</p>}
      </div>
    </li>
  );
}

function Left({ host, leaving }: { host: Host; leaving: Leaving }) {
  const stays = new Map(host.cannot_leave.map(({ vm, why }) => [vm, why]));
  const stuck = leaving.vms.filter(({ vm, state }) => stays.has(vm) && state !== "moving").length;
  return (
    <article className="leaving" aria-label={`maintenance of ${host.name}`}>
      <p>
        <a href={href.host(host.name)}>{host.name}</a>{" "}
        {leaving.vms.length === 0 ? (
          <span className="chip calm">empty</span>
        ) : (
          <span className={`chip ${stuck > 0 ? "act" : "busy"}`}>
            {several(leaving.vms.length, "VM")} left{stuck > 0 && `, ${stuck} cannot leave`}
          </span>
        )}{" "}
        <span className="muted">
          {BY[leaving.by] ?? leaving.by}
          {leaving.since !== null && `, since ${dayAndClock(leaving.since)}`}
        </span>
      </p>
      {leaving.vms.length > 0 && (
        <ul className="actions">
          {leaving.vms.map((vm) => (
            <Line key={vm.vm} vm={vm} stays={stays.get(vm.vm)} />
          ))}
        </ul>
      )}
      {leaving.by === "drain" && (
        <p className="reason">
          To take it into use again: <code>headroom host undrain {shellWord(host.name)}</code>
        </p>
      )}
    </article>
  );
}

// Nothing where no host is to be left.
export function Maintenance({ hosts }: { hosts: Host[] }) {
  const left = hosts.flatMap((host) => (host.leaving === null ? [] : [{ host, leaving: host.leaving }]));
  if (left.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="maintenance-title">
      <h2 id="maintenance-title">Maintenance</h2>
      {left.map(({ host, leaving }) => (
        <Left key={host.name} host={host} leaving={leaving} />
      ))}
    </section>
  );
}
