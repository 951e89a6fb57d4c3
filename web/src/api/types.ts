// What docs/api.md describes, as shapes that check and types that follow from them. Times become epoch milliseconds;
// amounts stay in base units (millicores, bytes, bytes per second) until src/format prints them.
import { counted, flag, list, measure, moment, number, object, otherwise, text, type Of, type Shape } from "./shape";

export const RESOURCES = ["cpu", "memory", "disk", "network"] as const;
export type Resource = (typeof RESOURCES)[number];
export type PerResource<T> = Record<Resource, T>;

function perResource<T>(item: Shape<T>): Shape<PerResource<T>> {
  return object({ cpu: item, memory: item, disk: item, network: item });
}

const UNKNOWN = { cpu: null, memory: null, disk: null, network: null };
const amounts = otherwise(perResource(measure), UNKNOWN);
export type Amounts = Of<typeof amounts>;

const accuracy = object({
  judgements: number,
  levels: list(number),
  held: list(measure), // by level: the share of truths the bound held
  loss_over_model: otherwise(number, 1),
});
export type Accuracy = Of<typeof accuracy>;

const drift = object({ raised: flag, text });
const trial = object({
  state: text,
  targets: number,
  loss_over_champion: number,
  last: object({ at: otherwise<number | null>(moment, null), text }),
});

export const statusShape = object({
  version: text,
  mode: text,
  scenario: text,
  view: text,
  policy: text,
  state: text,
  message: otherwise(text, ""),
  troubles: otherwise(list(text), []), // what goes wrong meanwhile
  alarm: otherwise(text, ""), // why nothing is begun any more until a person has looked
  level: otherwise(text, "auto"), // what may be done by itself
  step_seconds: otherwise(number, 300), // of forecasts
  every_seconds: otherwise(number, 300), // a round
  now: otherwise<number | null>(moment, null),
  from: otherwise<number | null>(moment, null),
  to: otherwise<number | null>(moment, null),
  round: number,
  rounds: otherwise(number, 0), // 0: without an end
  vms: number,
  hosts: number,
  accuracy: otherwise<Accuracy | null>(accuracy, null),
  without_model: otherwise(text, ""),
  drift: otherwise<Of<typeof drift> | null>(drift, null),
  trial: otherwise<Of<typeof trial> | null>(trial, null),
  decision_ms: measure,
  forecast_ms: measure,
});
export type Status = Of<typeof statusShape>;

const risk = object({ horizon_seconds: number, cpu_exceedance: measure, cpu_mean: measure, cpu_q95: measure });

// Of a host that is to be left: since when and by whose word (drain, constraint, host), and who is still there (moving, waiting, here).
const leaving = object({
  since: otherwise<number | null>(moment, null),
  by: text,
  vms: list(object({ vm: text, memory: measure, state: text, to: otherwise(text, "") })),
});

const hostFields = {
  name: text,
  type: text,
  power: text,
  accepts_vms: flag,
  heard_at: otherwise<number | null>(moment, null),
  answers: otherwise(flag, true), // false: all of this is what it said last
  unreachable_since: otherwise<number | null>(moment, null), // it has never answered, and nothing is known of it
  why: otherwise(text, ""), // why not
  leaving: otherwise<Of<typeof leaving> | null>(leaving, null),
  cannot_leave: otherwise(list(object({ vm: text, why: text })), []),
  vms: number,
  price_class: text,
  usd_per_hour: number,
  deliverable: amounts,
  admissible: amounts,
  allocated: amounts,
  used: amounts,
  risk: otherwise<Of<typeof risk> | null>(risk, null),
};
const host = object(hostFields);
export type Host = Of<typeof host>;

const vmFields = {
  name: text,
  host: text,
  state: text,
  level: text,
  owner: otherwise(text, ""),
  in_flight: flag,
  allocation: amounts,
  ceiling: amounts,
  used: amounts,
  stalled: amounts,
  peak_q95_15m: amounts,
  exceedance_15m: amounts,
};
const vm = object(vmFields);
export type Vm = Of<typeof vm>;

export const fleetShape = object({
  now: otherwise<number | null>(moment, null),
  horizons_seconds: otherwise(list(number), []),
  hosts: list(host),
  vms: list(vm),
});
export type Fleet = Of<typeof fleetShape>;

const progress = object({
  sent_bytes: measure,
  left_bytes: measure, // of the pass under way
  pass: measure, // over the memory
  expected_end: otherwise<number | null>(moment, null),
  latest_end: otherwise<number | null>(moment, null), // 95 of 100 are over by then
});

const action = object({
  id: number,
  at: otherwise<number | null>(moment, null),
  vm: otherwise(text, ""),
  from: otherwise(text, ""),
  to: otherwise(text, ""),
  text,
  reason: text,
  code: text,
  rule: text,
  confidence: measure,
  decision: text,
  why_refused: otherwise(text, ""),
  state: text,
  message: otherwise(text, ""), // why it failed
  share_done: measure, // 0..1, of what runs, where it is known
  progress: otherwise<Of<typeof progress> | null>(progress, null),
});
export type Action = Of<typeof action>;

const denial = object({
  vm: otherwise(text, ""),
  host: otherwise(text, ""),
  wanted: text,
  why: text,
  times: otherwise(number, 1), // while it repeats, it is counted rather than listed again
  since: otherwise<number | null>(moment, null),
});
export type Denial = Of<typeof denial>;

const alert = object({
  at: otherwise<number | null>(moment, null),
  vm: otherwise(text, ""),
  host: otherwise(text, ""),
  text,
  rule: otherwise(text, ""),
  confidence: measure,
});
export type Alert = Of<typeof alert>;

export const planShape = object({
  made_at: otherwise<number | null>(moment, null),
  actions: otherwise(list(action), []),
  denied: otherwise(list(denial), []),
  alerts: otherwise(list(alert), []),
  breaches: otherwise(list(text), []),
});
export type Plan = Of<typeof planShape>;

export const actionsShape = object({ actions: list(action) });

const series = list(measure);
const seriesPerResource = perResource(otherwise(series, []));
const bands = perResource(otherwise(list(list(measure)), []));

const samples = object({ at: list(moment), used: seriesPerResource, allocation: seriesPerResource });
const none = { cpu: [], memory: [], disk: [], network: [] };

const forecast = object({
  origin: moment,
  horizons_seconds: list(number),
  levels: list(number),
  value: bands,
  peak: bands,
});
export type Forecast = Of<typeof forecast>;

const jump = object({ at: moment, by_seconds: number });
type Jump = Of<typeof jump>;
const demand = object({ resource: text, wanted: number, at: moment, reason: text });
type Demand = Of<typeof demand>;
const veto = object({ at: moment, reason: text });
type Veto = Of<typeof veto>;
const disagreement = object({ since: moment, resource: text, by_agent: number, by_hypervisor: number });
type Disagreement = Of<typeof disagreement>;

// A VM's agent, and what it said; times are by the manager's clock.
const agentFields = {
  connected: flag,
  since: moment, // it is, or is not
  from: text,
  version: text,
  certificate_until: moment,
  interval_seconds: number,
  sampled_at: otherwise<number | null>(moment, null),
  booted_at: otherwise<number | null>(moment, null),
  skew_seconds: measure, // the guest's wall clock less ours
  jump: otherwise<Jump | null>(jump, null),
  reports: number,
  late_reports: otherwise(number, 0), // that waited in the guest
  lost_samples: otherwise(number, 0),
  demand: otherwise<Demand | null>(demand, null),
  veto: otherwise<Veto | null>(veto, null),
  disagreement: otherwise<Disagreement | null>(disagreement, null),
};
const agent = object(agentFields);
export type Agent = Of<typeof agent>;

const fromTo = object({ from: number, to: number });
type FromTo = Of<typeof fromTo>;
const asked = object({
  kind: otherwise(text, ""),
  moment: otherwise(text, ""), // before or after what the hypervisor does
  vcpus: otherwise<FromTo | null>(fromTo, null),
  memory: otherwise<FromTo | null>(fromTo, null),
  interval_seconds: otherwise<number | null>(number, null),
  until: moment,
  reason: text,
});
export type Asked = Of<typeof asked>;

const listedAgent = object({ ...agentFields, vm: text, vm_uuid: text, asked: otherwise(list(asked), []) });
export type ListedAgent = Of<typeof listedAgent>;

export const agentsShape = object({
  now: moment,
  listens_at: text,
  agents: list(listedAgent),
  tokens: list(object({ vm: text, vm_uuid: text, until: moment })),
});
export type Agents = Of<typeof agentsShape>;

export const vmDetailShape = object({
  ...vmFields,
  samples: otherwise(samples, { at: [], used: none, allocation: none }),
  forecast: otherwise<Forecast | null>(forecast, null),
  mobility: text,
  mobility_reason: otherwise(text, ""),
  scaling: perResource(text),
  scaling_reason: otherwise(text, ""),
  actions: list(action),
  denied: list(denial),
  agent: otherwise<Agent | null>(agent, null),
});
export type VmDetail = Of<typeof vmDetailShape>;

export const hostDetailShape = object({
  ...hostFields,
  residents: list(text),
  samples: otherwise(object({ at: list(moment), cpu_used: series }), { at: [], cpu_used: [] }),
  actions: list(action),
});
export type HostDetail = Of<typeof hostDetailShape>;

const policyScore = object({
  policy: text,
  overload_vm_minutes: number,
  overload_share: measure,
  bill_per_day: measure,
  host_bill_per_day: measure,
  overload_by_day: list(measure),
  overload_by_cause: otherwise(counted(measure), {}),
  scalings_per_vm_day: measure,
  migrations_per_vm_day: measure,
  now: otherwise<number | null>(moment, null),
});
export type PolicyScore = Of<typeof policyScore>;

export const scoreShape = object({ days: list(text), policies: list(policyScore) });
export type Score = Of<typeof scoreShape>;
