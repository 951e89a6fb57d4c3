import { fleetFeed, scoreFeed, statusFeed, useFeed } from "../api/use_feed";
import { Loaded } from "../parts/state_of";
import { ForecastsView } from "./forecasts";
import { Hosts } from "./hosts";
import { ScoreView } from "./score";
import { VmTable, type Table } from "./vm_table";

export function FleetView({ running, table }: { running: string; table: Table }) {
  const fleet = useFeed(fleetFeed);
  const score = useFeed(scoreFeed);
  const status = useFeed(statusFeed);
  return (
    <>
      <section className="panel" aria-labelledby="score-title">
        <h2 id="score-title">Score</h2>
        <Loaded reading={score} what="score">
          {(value) => <ScoreView score={value} running={running} />}
        </Loaded>
      </section>
      <section className="panel" aria-labelledby="forecasts-title">
        <h2 id="forecasts-title">Forecasts</h2>
        <Loaded reading={status} what="forecasts">
          {(value) => <ForecastsView status={value} />}
        </Loaded>
      </section>
      <section className="panel" aria-labelledby="hosts-title">
        <h2 id="hosts-title">Hosts</h2>
        <Loaded reading={fleet} what="hosts">
          {(value) => <Hosts hosts={value.hosts} />}
        </Loaded>
      </section>
      <section className="panel" aria-labelledby="vms-title">
        <h2 id="vms-title">VMs</h2>
        <Loaded reading={fleet} what="VMs">
          {(value) => <VmTable vms={value.vms} {...table} />}
        </Loaded>
      </section>
    </>
  );
}
