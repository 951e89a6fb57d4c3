// The agents in VMs: who speaks, how old its word is, what its clock does, what its guest is asked and what it says to that.
import type { Agents, Asked, ListedAgent, Resource, VmDetail } from "../api/types";
import { RESOURCES } from "../api/types";
import { agentsFeed, fleetFeed, useFeed } from "../api/use_feed";
import { askedState, askedWords, endsSoon, isClockOff, signed, stateOf } from "../format/agent";
import { amount, count, several, TITLES } from "../format/amount";
import { age, dayAndClock, full } from "../format/time";
import { shellWord } from "../format/words";
import { Loaded } from "../parts/state_of";
import { href } from "../route";

type OfVm = NonNullable<VmDetail["agent"]>;

const MOST_NAMED = 12;

function VmName({ agent }: { agent: ListedAgent }) {
  return agent.vm === "" ? <span title="no VM of this fleet has this UUID">{agent.vm_uuid}</span> : <a href={href.vm(agent.vm)}>{agent.vm}</a>;
}

function Clock({ agent, now }: { agent: OfVm; now: number }) {
  if (agent.skew_seconds === null) return <span className="muted">–</span>;
  return (
    <>
      <span className={isClockOff(agent.skew_seconds) ? "warned" : undefined}>{signed(agent.skew_seconds)}</span>
      {agent.jump !== null && (
        <small title={`its clock went on by ${signed(agent.jump.by_seconds)} against ours at once: it was set, or the guest stood still`}>
          jumped {signed(agent.jump.by_seconds)}, {age(now - agent.jump.at)}
        </small>
      )}
    </>
  );
}

function Until({ agent, now }: { agent: OfVm; now: number }) {
  const soon = endsSoon(agent.certificate_until, now);
  return <span className={soon ? "warned" : undefined}>{dayAndClock(agent.certificate_until)}</span>;
}

function Waited({ agent }: { agent: OfVm }) {
  if (agent.late_reports === 0 && agent.lost_samples === 0) return <span className="muted">none</span>;
  return (
    <>
      {count(agent.late_reports)}
      {agent.lost_samples > 0 && <span className="warned"> · {count(agent.lost_samples)} lost</span>}
    </>
  );
}

const resourceOf = (name: string): Resource | null => RESOURCES.find((one) => one === name) ?? null;
const told = (resource: string, value: number) => {
  const known = resourceOf(resource);
  return known === null ? `${value} of ${resource}` : `${amount(known, value)} of ${TITLES[known]}`;
};

// What was said on either side, the newest last: nothing where nobody said anything.
function Words({ agent, asked, now }: { agent: OfVm; asked: Asked[]; now: number }) {
  const { demand, veto } = agent;
  if (asked.length === 0 && demand === null && veto === null) return <span className="muted">–</span>;
  return (
    <ul className="words">
      {asked.map((one, index) => (
        <li key={index}>
          <span className="chip busy">asked</span> {askedWords(one)}
          <small>
            {one.reason === "" ? "" : `${one.reason} · `}
            {askedState(one, agent.connected, now)}, until {dayAndClock(one.until, true)}
          </small>
        </li>
      ))}
      {demand !== null && (
        <li>
          <span className="chip watch">wants more</span> {told(demand.resource, demand.wanted)}: {demand.reason} · {dayAndClock(demand.at)}
        </li>
      )}
      {veto !== null && (
        <li>
          <span className="chip watch">vetoed</span> {veto.reason} · {dayAndClock(veto.at)}
        </li>
      )}
    </ul>
  );
}

function Row({ agent, now }: { agent: ListedAgent; now: number }) {
  const state = stateOf(agent, now);
  return (
    <tr>
      <th scope="row">
        <VmName agent={agent} />
        <small>
          {agent.version} · {agent.from}
        </small>
      </th>
      <td>
        <span className={`chip ${state.tone}`}>{state.word}</span>
        {!agent.connected && <small>since {dayAndClock(agent.since)}</small>}
      </td>
      <td className="wide-only">
        {agent.sampled_at === null ? <span className="muted">never</span> : <span title={full(agent.sampled_at, true)}>{age(now - agent.sampled_at)}</span>}
        <small>every {agent.interval_seconds} s</small>
      </td>
      <td className="wide-only">
        <Clock agent={agent} now={now} />
      </td>
      <td className="moment wide-only">{dayAndClock(agent.booted_at)}</td>
      <td className="n wide-only">
        <Waited agent={agent} />
      </td>
      <td className="moment wide-only">
        <Until agent={agent} now={now} />
      </td>
      <td>
        <Words agent={agent} asked={agent.asked} now={now} />
      </td>
    </tr>
  );
}

function Disagreements({ agents }: { agents: ListedAgent[] }) {
  const apart = agents.flatMap((agent) => (agent.disagreement === null ? [] : [{ agent, d: agent.disagreement }]));
  if (apart.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="apart-title">
      <h2 id="apart-title">Agent and hypervisor differ</h2>
      <ul className="actions">
        {apart.map(({ agent, d }) => (
          <li className="action" key={agent.vm_uuid}>
            <time>{dayAndClock(d.since)}</time>
            <div>
              <p>
                <VmName agent={agent} /> its agent says {told(d.resource, d.by_agent)}, the hypervisor {told(d.resource, d.by_hypervisor)}
              </p>
            </div>
            <span className="chip act">anomaly</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

// Whose word is the hypervisor's alone.
function Without({ agents, vms }: { agents: ListedAgent[]; vms: { name: string }[] }) {
  const has = new Set(agents.map(({ vm }) => vm));
  const without = vms.filter(({ name }) => !has.has(name));
  const first = without[0];
  if (first === undefined) return null;
  return (
    <p className="reason">
      {several(without.length, "VM has", "VMs have")} no agent:{" "}
      {without.slice(0, MOST_NAMED).map(({ name }, index) => (
        <span key={name}>
          {index > 0 && ", "}
          <a href={href.vm(name)}>{name}</a>
        </span>
      ))}
      {without.length > MOST_NAMED && ` and ${several(without.length - MOST_NAMED, "more", "more")}`}. To let one in:{" "}
      <code>headroom agent token {shellWord(first.name)}</code>
    </p>
  );
}

function Table({ agents, now }: { agents: ListedAgent[]; now: number }) {
  if (agents.length === 0) return <p className="empty">No agent has connected since the manager started.</p>;
  return (
    <table className="agents">
      <thead>
        <tr>
          <th scope="col">VM</th>
          <th scope="col">agent</th>
          <th scope="col" className="wide-only">
            last report
          </th>
          <th scope="col" className="wide-only">
            guest’s clock
          </th>
          <th scope="col" className="wide-only">
            booted
          </th>
          <th scope="col" className="n wide-only" title="reports that waited in the guest until the manager could be reached">
            late reports
          </th>
          <th scope="col" className="wide-only">
            certificate until
          </th>
          <th scope="col">asked, and said</th>
        </tr>
      </thead>
      <tbody>
        {agents.map((agent) => (
          <Row key={agent.vm_uuid} agent={agent} now={now} />
        ))}
      </tbody>
    </table>
  );
}

function Tokens({ tokens }: { tokens: Agents["tokens"] }) {
  if (tokens.length === 0) return null;
  return (
    <p className="reason">
      Join tokens not yet used: {tokens.map(({ vm, vm_uuid, until }) => `${vm === "" ? vm_uuid : vm} (until ${dayAndClock(until)})`).join(", ")}
    </p>
  );
}

export function AgentsView() {
  const reading = useFeed(agentsFeed);
  const fleet = useFeed(fleetFeed);
  return (
    <>
      <h1 tabIndex={-1}>Agents</h1>
      <Loaded reading={reading} what="agents">
        {({ agents, tokens, listens_at, now }) => (
          <>
            <Disagreements agents={agents} />
            <section className="panel" aria-labelledby="agents-title">
              <h2 id="agents-title">
                In VMs <small>they connect to {listens_at}; times are the manager’s, in UTC</small>
              </h2>
              <Table agents={agents} now={now} />
              <Without agents={agents} vms={fleet.value?.vms ?? []} />
              <Tokens tokens={tokens} />
            </section>
          </>
        )}
      </Loaded>
    </>
  );
}

// Of one VM, on its own page; nothing where none ever spoke for it.
export function AgentOfVm({ agent, now }: { agent: OfVm; now: number }) {
  const state = stateOf(agent, now);
  const d = agent.disagreement;
  return (
    <section className="panel" aria-labelledby="agent-title">
      <h2 id="agent-title">
        Its agent <small>{agent.version}</small>
      </h2>
      <dl className="able">
        <dt>State</dt>
        <dd>
          <span className={`chip ${state.tone}`}>{state.word}</span>{" "}
          <span className="muted">
            since {dayAndClock(agent.since)}, every {agent.interval_seconds} s, from {agent.from}
          </span>
        </dd>
        <dt>Guest’s clock</dt>
        <dd>
          <Clock agent={agent} now={now} /> <span className="muted">booted {dayAndClock(agent.booted_at)}</span>
        </dd>
        <dt>Late reports</dt>
        <dd>
          <Waited agent={agent} /> <span className="muted">of {count(agent.reports)}</span>
        </dd>
        <dt>Certificate</dt>
        <dd>
          until <Until agent={agent} now={now} />
        </dd>
        <dt>Said</dt>
        <dd>
          <Words agent={agent} asked={[]} now={now} />
        </dd>
        {d !== null && (
          <>
            <dt>Differs</dt>
            <dd className="warned">
              it says {told(d.resource, d.by_agent)}, the hypervisor {told(d.resource, d.by_hypervisor)}, since {dayAndClock(d.since)}
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}
