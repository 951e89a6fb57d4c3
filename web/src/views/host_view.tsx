// One host: how full it is, who lives there, what was done.
import { useMemo } from "react";

import type { HostDetail } from "../api/types";
import { fleetFeed, statusFeed, useFeed, useHost } from "../api/use_feed";
import { HostChart } from "../charts/host_chart";
import { amount, usd } from "../format/amount";
import { shellWord } from "../format/words";
import { Actions } from "../parts/actions";
import { Loaded } from "../parts/state_of";
import { Hosts } from "./hosts";
import { Maintenance } from "./maintenance";
import { VmTable, type Table } from "./vm_table";

function Residents({ host, table }: { host: HostDetail; table: Table }) {
  const fleet = useFeed(fleetFeed);
  const usual = useFeed(statusFeed).value?.level ?? "auto";
  const residents = useMemo(() => new Set(host.residents), [host.residents]);
  return (
    <Loaded reading={fleet} what="VMs">
      {({ vms, horizons_seconds }) =>
        residents.size === 0 ? (
          <p className="empty">No VM lives here.</p>
        ) : (
          <VmTable
            vms={vms.filter((vm) => residents.has(vm.name))}
            withHost={false}
            horizons={horizons_seconds}
            usual={usual}
            {...table}
          />
        )
      }
    </Loaded>
  );
}

function Detail({ host, table }: { host: HostDetail; table: Table }) {
  const now = useFeed(fleetFeed).value?.now ?? null;
  return (
    <>
      <div className="title">
        <h1 tabIndex={-1}>{host.name}</h1>
        <span className="muted">
          {host.type} · {host.price_class}, {usd(host.usd_per_hour)} USD/h
        </span>
        {host.risk !== null && (
          <span className="muted">
            CPU expected {amount("cpu", host.risk.cpu_mean)}, 95 % under {amount("cpu", host.risk.cpu_q95)}
          </span>
        )}
      </div>
      <section className="panel">
        <Hosts hosts={[host]} now={now} />
        {host.power === "on" && host.leaving === null && (
          <p className="reason">
            To have it left by its VMs: <code>headroom host drain {shellWord(host.name)}</code>
          </p>
        )}
        {host.why !== "" && <p className="reason why">{host.why}</p>}
      </section>
      <Maintenance hosts={[host]} />
      <section className="panel" aria-labelledby="cpu-title">
        <h2 id="cpu-title">CPU, the last 24 h</h2>
        <HostChart host={host} />
      </section>
      <section className="panel" aria-labelledby="residents-title">
        <h2 id="residents-title">VMs here</h2>
        <Residents host={host} table={table} />
      </section>
      <section className="panel" aria-labelledby="actions-title">
        <h2 id="actions-title">Actions</h2>
        <Actions actions={host.actions} none="Nothing was done on this host yet." />
      </section>
    </>
  );
}

export function HostView({ name, table }: { name: string; table: Table }) {
  return (
    <Loaded reading={useHost(name)} what={`host ${name}`}>
      {(host) => <Detail host={host} table={table} />}
    </Loaded>
  );
}
