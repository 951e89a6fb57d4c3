// The hosts, one row each: is it on, how full is it, will it be too full, what does it cost.
import type { Host, Resource } from "../api/types";
import { amount, bare, several, usd } from "../format/amount";
import { age, dayAndClock, full, horizon } from "../format/time";
import { Meter, Risk } from "../parts/meter";
import { href } from "../route";

function HostMeter({ host, resource }: { host: Host; resource: Resource }) {
  const [used, allocated] = [host.used[resource], host.allocated[resource]];
  const [deliverable, admissible] = [host.deliverable[resource], host.admissible[resource]];
  const label =
    `${amount(resource, used)} used, ${amount(resource, allocated)} allocated, ` +
    `${amount(resource, deliverable)} deliverable, ${amount(resource, admissible)} admissible`;
  return (
    <div className="measured">
      <Meter
        used={used}
        allocated={allocated}
        full={Math.max(deliverable ?? 0, admissible ?? 0, allocated ?? 0) * 1.02}
        marks={[
          { at: deliverable, kind: "limit" },
          { at: admissible !== deliverable ? admissible : null, kind: "admissible" },
        ]}
        label={label}
      />
      <small>
        <b>{bare(resource, used)}</b> used · {bare(resource, allocated)} of {bare(resource, admissible)}
      </small>
    </div>
  );
}

// What it is now, or was when it was last heard.
function Power({ host }: { host: Host }) {
  if (host.unreachable_since !== null) {
    return (
      <span className="chip act" title={host.why}>
        never answered
      </span>
    );
  }
  if (!host.answers) return <span className="chip act">does not answer</span>;
  return <span className={`chip ${host.power === "on" ? "calm" : host.power === "failed" ? "act" : "plain"}`}>{host.power}</span>;
}

function Row({ host, now }: { host: Host; now: number | null }) {
  const since = host.unreachable_since === null ? "" : ` · asked since ${dayAndClock(host.unreachable_since)}`;
  const heard = host.answers || host.heard_at === null || now === null ? null : `as of ${age(now - host.heard_at)}`;
  return (
    <tr className={host.power === "on" && host.answers ? undefined : "dim"}>
      <th scope="row">
        <a href={href.host(host.name)}>{host.name}</a>
        <small>
          {since === "" ? several(host.vms, "VM") : "nothing is known of it"}
          {host.accepts_vms || since !== "" ? "" : " · takes no more"}
          {since}
          {host.power !== "on" && <span className="narrow-only"> · {host.power}</span>}
          {!host.answers && <span className="narrow-only"> · does not answer</span>}
          {heard !== null && <span title={full(host.heard_at, true)}> · {heard}</span>}
        </small>
      </th>
      <td className="wide-only">
        <Power host={host} />
      </td>
      <td className="measured-cell">
        <HostMeter host={host} resource="cpu" />
      </td>
      <td className="measured-cell">
        <HostMeter host={host} resource="memory" />
      </td>
      <td>
        {host.power === "on" ? (
          <Risk
            probability={host.risk?.cpu_exceedance ?? null}
            of={`that its VMs want more CPU than it can deliver within ${horizon(host.risk?.horizon_seconds ?? 0)}`}
          />
        ) : (
          <span className="muted">–</span>
        )}
      </td>
      <td className="n wide-only">
        {usd(host.unreachable_since === null ? host.usd_per_hour : null)} <small>{host.price_class}</small>
      </td>
    </tr>
  );
}

// now: the manager's, against which what it has heard is old.
export function Hosts({ hosts, now }: { hosts: Host[]; now: number | null }) {
  if (hosts.length === 0) return <p className="empty">No hosts yet.</p>;
  const within = hosts.find((host) => host.risk !== null)?.risk?.horizon_seconds;
  return (
    <>
      <table className="hosts">
        <thead>
          <tr>
            <th scope="col">host</th>
            <th scope="col" className="wide-only">
              power
            </th>
            <th scope="col">CPU, cores</th>
            <th scope="col">memory, GiB</th>
            <th scope="col">P(CPU overload{within === undefined ? "" : `, ${horizon(within)}`})</th>
            <th scope="col" className="n wide-only">
              USD/h
            </th>
          </tr>
        </thead>
        <tbody>
          {hosts.map((host) => (
            <Row key={host.name} host={host} now={now} />
          ))}
        </tbody>
      </table>
      <p className="legend" aria-hidden="true">
        <span className="key used">used</span>
        <span className="key allocated-fill">allocated</span>
        <span className="key limit-mark">deliverable</span>
        <span className="key admissible-mark">admissible (with overcommit)</span>
      </p>
    </>
  );
}
