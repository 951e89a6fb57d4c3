// The VMs: one line each, the likeliest to get tight first.
import { useState, type KeyboardEvent } from "react";

import type { Resource, Vm } from "../api/types";
import { amount, bare, several } from "../format/amount";
import { worst } from "../format/risk";
import { horizon, near } from "../format/time";
import { levelWords, stateWords } from "../format/words";
import { Meter, Risk } from "../parts/meter";
import { href } from "../route";
import { clicked, matching, ordered, type Column, type Order } from "./vm_order";

const SHOWN = 200;

function VmMeter({ vm, resource, within }: { vm: Vm; resource: Resource; within: string }) {
  const [used, allocation, peak] = [vm.used[resource], vm.allocation[resource], vm.peak_q95_15m[resource]];
  const label =
    `${amount(resource, used)} used of ${amount(resource, allocation)} allocated` +
    (peak === null ? "" : `; 95 % sure to stay under ${amount(resource, peak)} within ${within}`);
  return (
    <div className="measured">
      <Meter
        used={used}
        allocated={allocation}
        full={(allocation ?? 0) * 1.3}
        marks={[{ at: peak, kind: "peak" }]}
        label={label}
      />
      <small>
        <b>{bare(resource, used)}</b> / {bare(resource, allocation)}
      </small>
    </div>
  );
}

// What is out of the ordinary about it.
function State({ vm, usual }: { vm: Vm; usual: string }) {
  return (
    <>
      {vm.owner !== "" && (
        <span className="chip plain" title={`${vm.owner} owns it, so Headroom only advises`}>
          {vm.owner}
        </span>
      )}{" "}
      {vm.owner === "" && vm.level !== usual && (
        <span className="chip plain" title={levelWords(vm.level)}>
          {vm.level}
        </span>
      )}{" "}
      {vm.in_flight && <span className="chip busy">acting</span>}
      {vm.state !== "ready" && <span className="chip plain">{stateWords(vm.state)}</span>}
    </>
  );
}

interface RowProps {
  vm: Vm;
  tabbable: boolean;
  withHost: boolean;
  within: string;
  usual: string;
}

function Row({ vm, tabbable, withHost, within, usual }: RowProps) {
  const risk = worst(vm.exceedance_15m);
  return (
    <tr
      onClick={(event) => {
        if (!(event.target instanceof HTMLAnchorElement)) window.location.hash = href.vm(vm.name);
      }}
    >
      <th scope="row">
        <a className="vm" href={href.vm(vm.name)} tabIndex={tabbable ? 0 : -1}>
          {vm.name}
        </a>
        <span className="narrow-only">
          <State vm={vm} usual={usual} />
        </span>
      </th>
      {withHost && (
        <td className="wide-only">
          <a href={href.host(vm.host)} tabIndex={-1}>
            {vm.host}
          </a>
        </td>
      )}
      <td className="measured-cell">
        <VmMeter vm={vm} resource="cpu" within={within} />
      </td>
      <td className="measured-cell">
        <VmMeter vm={vm} resource="memory" within={within} />
      </td>
      <td>
        <Risk probability={risk?.probability ?? null} of={`that ${risk?.resource} passes its limit within ${within}`} />
        {risk !== null && risk.probability >= 0.005 && <small className="muted wide-only"> {risk.resource}</small>}
      </td>
      <td className="wide-only">
        <State vm={vm} usual={usual} />
        {vm.state === "ready" && !vm.in_flight && <span className="muted">ready</span>}
      </td>
    </tr>
  );
}

// What the operator has set; kept by the page, so that it outlives a view.
export interface Table {
  order: Order;
  onOrder: (order: Order) => void;
  filter: string;
  onFilter: (filter: string) => void;
}

interface Props extends Table {
  vms: Vm[];
  withHost?: boolean;
  horizons: number[]; // seconds
  usual: string; // the fleet's level: a VM's own is told where it is another
}

// One stop for Tab, arrows from row to row: with hundreds of VMs everything after the table stays within reach.
function step(event: KeyboardEvent<HTMLTableSectionElement>): void {
  const by = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
  if (by === undefined) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>("a.vm")];
  const here = links.findIndex((link) => link === document.activeElement);
  const next = Math.min(links.length - 1, Math.max(0, here + by));
  event.preventDefault();
  links[next]?.focus();
}

export function VmTable({ vms, order, onOrder, filter, onFilter, withHost = true, horizons, usual }: Props) {
  const within = horizon(near(horizons));
  const [all, setAll] = useState(false);
  const found = ordered(matching(vms, filter), order);
  const shown = all ? found : found.slice(0, SHOWN);
  const head = (column: Column, label: string, className = "", hint = "click to sort") => (
    <th
      scope="col"
      className={className}
      aria-sort={order.column === column ? (order.descending ? "descending" : "ascending") : undefined}
    >
      <button type="button" title={hint} onClick={() => onOrder(clicked(order, column))}>
        {label}
        <span aria-hidden="true">{order.column === column ? (order.descending ? " ▾" : " ▴") : ""}</span>
      </button>
    </th>
  );
  return (
    <>
      <div className="tools">
        <input
          type="search"
          id="vm-filter"
          aria-label="Filter VMs by name, host, state or owner"
          placeholder="Filter: name, host, state …   /"
          value={filter}
          onChange={(event) => onFilter(event.target.value)}
        />
        <span className="muted" aria-live="polite">
          {found.length === vms.length ? several(vms.length, "VM") : `${found.length} of ${several(vms.length, "VM")}`}
        </span>
      </div>
      {vms.length === 0 ? (
        <p className="empty">No VMs yet. They appear with the first inventory of the hypervisor.</p>
      ) : found.length === 0 ? (
        <p className="empty">No VM matches this filter.</p>
      ) : (
        <table className="vms">
          <thead>
            <tr>
              {head("name", "VM")}
              {withHost && head("host", "host", "wide-only")}
              {head("cpu", "CPU, cores", "", "sort by used share of the allocation")}
              {head("memory", "memory, GiB", "", "sort by used share of the allocation")}
              {head("risk", `P(over limit, ${within})`, "", "the likeliest of CPU, memory, disk and network")}
              {head("state", "state", "wide-only")}
            </tr>
          </thead>
          <tbody onKeyDown={step}>
            {shown.map((vm, index) => (
              <Row key={vm.name} vm={vm} tabbable={index === 0} withHost={withHost} within={within} usual={usual} />
            ))}
          </tbody>
        </table>
      )}
      {shown.length > 0 && (
        <p className="legend" aria-hidden="true">
          <span className="key used">used</span>
          <span className="key allocated-fill">allocated</span>
          <span className="key peak-mark">95 % sure to stay under this within {within}</span>
        </p>
      )}
      {found.length > shown.length && (
        <button type="button" className="more" onClick={() => setAll(true)}>
          Show all {several(found.length, "VM")}
        </button>
      )}
    </>
  );
}
