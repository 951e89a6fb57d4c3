// Which VMs the table shows, and in which order.
import type { Vm } from "../api/types";
import { worst } from "../format/risk";

export type Column = "name" | "host" | "cpu" | "memory" | "risk" | "state";

export interface Order {
  column: Column;
  descending: boolean;
}

export const BY_RISK: Order = { column: "risk", descending: true };

const names = new Intl.Collator("en", { numeric: true });

function filled(vm: Vm, resource: "cpu" | "memory"): number {
  const used = vm.used[resource], allocation = vm.allocation[resource];
  return used === null || allocation === null || allocation === 0 ? -1 : used / allocation;
}

function key(vm: Vm, column: Column): number | string {
  switch (column) {
    case "name":
      return vm.name;
    case "host":
      return vm.host;
    case "state":
      return `${vm.in_flight ? "0" : "1"} ${vm.state}`;
    case "cpu":
    case "memory":
      return filled(vm, column);
    case "risk":
      return worst(vm.exceedance_15m)?.probability ?? -1;
  }
}

export function ordered(vms: Vm[], order: Order): Vm[] {
  const sign = order.descending ? -1 : 1;
  const keyed = vms.map((vm) => ({ vm, key: key(vm, order.column) }));
  keyed.sort((a, b) => {
    const by = typeof a.key === "number" && typeof b.key === "number" ? a.key - b.key : names.compare(String(a.key), String(b.key));
    // Equal ones stay in the order of their names, so that rows do not dance between two answers.
    return by !== 0 ? sign * by : names.compare(a.vm.name, b.vm.name);
  });
  return keyed.map(({ vm }) => vm);
}

// Numbers are read best from the highest, names from the first.
export function clicked(order: Order, column: Column): Order {
  if (order.column === column) return { column, descending: !order.descending };
  return { column, descending: column === "cpu" || column === "memory" || column === "risk" };
}

export function matching(vms: Vm[], words: string): Vm[] {
  const wanted = words.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (wanted.length === 0) return vms;
  return vms.filter((vm) => {
    const about = [vm.name, vm.host, vm.state, vm.level, vm.owner, vm.in_flight ? "acting" : ""].join(" ").toLowerCase();
    return wanted.every((word) => about.includes(word));
  });
}
