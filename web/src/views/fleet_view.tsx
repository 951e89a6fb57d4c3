import { actionsFeed, fleetFeed, scoreFeed, statusFeed, useFeed } from "../api/use_feed";
import { Actions } from "../parts/actions";
import { Loaded } from "../parts/state_of";
import { ForecastsView } from "./forecasts";
import { Hosts } from "./hosts";
import { Maintenance } from "./maintenance";
import { ScoreView } from "./score";
import { VmTable, type Table } from "./vm_table";

function Score({ running }: { running: string }) {
  const score = useFeed(scoreFeed);
  return (
    <section className="panel" aria-labelledby="score-title">
      <h2 id="score-title">Score</h2>
      <Loaded reading={score} what="score">
        {(value) => <ScoreView score={value} running={running} />}
      </Loaded>
    </section>
  );
}

function UnderWay() {
  const log = useFeed(actionsFeed);
  return (
    <section className="panel" aria-labelledby="under-way-title">
      <h2 id="under-way-title">Under way</h2>
      <Loaded reading={log} what="actions">
        {({ actions }) => <Actions actions={actions.filter(({ state }) => state === "running")} none="Nothing is being changed." />}
      </Loaded>
    </section>
  );
}

// A live fleet has no score: nobody can say what others would have done with it.
export function FleetView({ running, table }: { running: string; table: Table }) {
  const fleet = useFeed(fleetFeed);
  const status = useFeed(statusFeed);
  return (
    <>
      {status.value?.mode === "live" ? <UnderWay /> : <Score running={running} />}
      <section className="panel" aria-labelledby="forecasts-title">
        <h2 id="forecasts-title">Forecasts</h2>
        <Loaded reading={status} what="forecasts">
          {(value) => <ForecastsView status={value} />}
        </Loaded>
      </section>
      {fleet.value !== null && <Maintenance hosts={fleet.value.hosts} />}
      <section className="panel" aria-labelledby="hosts-title">
        <h2 id="hosts-title">Hosts</h2>
        <Loaded reading={fleet} what="hosts">
          {(value) => <Hosts hosts={value.hosts} now={value.now} />}
        </Loaded>
      </section>
      <section className="panel" aria-labelledby="vms-title">
        <h2 id="vms-title">VMs</h2>
        <Loaded reading={fleet} what="VMs">
          {(value) => (
            <VmTable vms={value.vms} horizons={value.horizons_seconds} usual={status.value?.level ?? "auto"} {...table} />
          )}
        </Loaded>
      </section>
    </>
  );
}
