import { memo, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";

import type { Reading } from "./api/feed";
import { session } from "./api/session";
import type { Status } from "./api/types";
import { statusFeed, useFeed } from "./api/use_feed";
import { useNow } from "./parts/use_now";
import { href, parse, useHash, type Route } from "./route";
import { AgentsView } from "./views/agents";
import { Banner, isLost } from "./views/banner";
import { FleetView } from "./views/fleet_view";
import { Header } from "./views/header";
import { HostView } from "./views/host_view";
import { Login } from "./views/login";
import { PlanView } from "./views/plan_view";
import { BY_RISK, type Order } from "./views/vm_order";
import type { Table } from "./views/vm_table";
import { VmView } from "./views/vm_view";

const NOTHING: Reading<Status> = { value: null, at: null, failure: null };

// The clock ticks every second for the header's sake; the views need to hear of their own data only.
const Views = memo(function Views({ route, running, table }: { route: Route; running: string; table: Table }) {
  switch (route.view) {
    case "fleet":
      return <FleetView running={running} table={table} />;
    case "vm":
      return <VmView key={route.name} name={route.name} />;
    case "host":
      return <HostView key={route.name} name={route.name} table={table} />;
    case "agents":
      return <AgentsView />;
    case "plan":
      return <PlanView vm={route.vm} />;
  }
});

function titleOf(route: Route): string {
  if (route.view === "vm") return `VM ${route.name} – Headroom`;
  if (route.view === "host") return `${route.name} – Headroom`;
  if (route.view === "agents") return "Agents – Headroom";
  return route.view === "plan" ? "Plan – Headroom" : "Headroom";
}

// "/" goes to the filter, Escape leaves a detail: what operators' fingers know from other consoles.
function onKey(event: KeyboardEvent): void {
  const typing = event.target instanceof HTMLInputElement;
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const filter = document.getElementById("vm-filter");
    if (filter === null) return;
    event.preventDefault();
    filter.focus();
  }
  if (event.key === "Escape" && !typing && window.location.hash !== href.fleet) window.location.hash = href.fleet;
}

export function App() {
  const hash = useHash();
  const route = useMemo(() => parse(hash), [hash]);
  const status = useFeed(statusFeed);
  const now = useNow();
  // Here rather than in the table, so that going to a VM and back keeps what the operator had set.
  const [order, setOrder] = useState<Order>(BY_RISK);
  const [filter, setFilter] = useState("");
  const main = useRef<HTMLElement>(null);
  const lost = isLost(status, now);
  // What was shown before is not shown to whoever comes next.
  const asked = useSyncExternalStore(session.subscribe, session.read).wanted;
  const place = route.view === "vm" || route.view === "host" ? `${route.view}/${route.name}` : route.view;
  const first = useRef(true);

  useEffect(() => {
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  useEffect(() => {
    document.title = titleOf(parse(window.location.hash));
    // The first view has the focus where the browser put it; a later one is announced and starts at its top.
    if (!first.current) {
      main.current?.focus({ preventScroll: true });
      window.scrollTo(0, 0);
    }
    first.current = false;
  }, [place]);

  const table = useMemo(() => ({ order, onOrder: setOrder, filter, onFilter: setFilter }), [order, filter]);
  return (
    <>
      <a className="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        Skip to the fleet
      </a>
      <div className="pinned">
        <Header reading={asked ? NOTHING : status} now={now} lost={lost && !asked} route={route} />
        {!asked && <Banner reading={status} now={now} />}
      </div>
      <main id="main" ref={main} tabIndex={-1} className={lost && !asked ? "stale" : undefined}>
        {!asked && (route.view === "vm" || route.view === "host") && (
          <a className="back" href={href.fleet}>
            ‹ Fleet
          </a>
        )}
        {asked ? <Login /> : <Views route={route} running={status.value?.policy ?? ""} table={table} />}
      </main>
    </>
  );
}
