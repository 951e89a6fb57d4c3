// The newest plan with its alerts, and everything that was started, newest first.
import type { Action, Alert, Denial } from "../api/types";
import { actionsFeed, planFeed, useFeed } from "../api/use_feed";
import { full } from "../format/time";
import { Actions, Alerts, Denials } from "../parts/actions";
import { Loaded } from "../parts/state_of";
import { href, replace } from "../route";

function of<T extends Action | Alert | Denial>(all: T[], vm: string): T[] {
  const wanted = vm.trim().toLowerCase();
  return wanted === "" ? all : all.filter((one) => one.vm.toLowerCase().includes(wanted));
}

export function PlanView({ vm }: { vm: string }) {
  const plan = useFeed(planFeed);
  const log = useFeed(actionsFeed);
  const nothing = vm === "" ? "" : ` of a VM like “${vm}”`;
  return (
    <>
      <div className="tools">
        <h1 tabIndex={-1}>Plan &amp; actions</h1>
        <input
          type="search"
          id="vm-filter"
          aria-label="Only this VM"
          placeholder="Only VM …   /"
          value={vm}
          // Replaced, not pushed: Back should leave the page, not undo letter by letter.
          onChange={(event) => replace(href.plan(event.target.value))}
        />
      </div>
      <Loaded reading={plan} what="plan">
        {({ made_at, actions, denied, alerts, breaches }) => (
          <>
            {breaches.length > 0 && (
              <div className="banner act" role="alert">
                <b>The checker found faults in this plan, so none of it is done</b>
                <span>{breaches.join("; ")}</span>
              </div>
            )}
            <div className="halves">
              <div className="stack">
                <section className="panel" aria-labelledby="plan-title">
                  <h2 id="plan-title">
                    Newest plan <small>{made_at === null ? "" : full(made_at)}</small>
                  </h2>
                  <Actions
                    actions={of(actions, vm)}
                    none={made_at === null ? "No plan yet." : `The newest plan changes nothing${nothing}.`}
                  />
                </section>
                <section className="panel" aria-labelledby="alerts-title">
                  <h2 id="alerts-title">Alerts</h2>
                  <Alerts alerts={of(alerts, vm)} none={`No rule reports anything${nothing}.`} />
                </section>
              </div>
              <section className="panel" aria-labelledby="denied-title">
                <h2 id="denied-title">Wanted, but not done</h2>
                <Denials denied={of(denied, vm)} none={`Nothing was denied${nothing}.`} />
              </section>
            </div>
          </>
        )}
      </Loaded>
      <section className="panel" aria-labelledby="log-title">
        <h2 id="log-title">Action log</h2>
        <Loaded reading={log} what="log">
          {({ actions }) => <Actions actions={of(actions, vm)} most={50} none={`Nothing was started yet${nothing}.`} />}
        </Loaded>
      </section>
    </>
  );
}
