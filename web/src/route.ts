// Which view the address names. Routes live behind the # so that the manager serves one file.
import { useSyncExternalStore } from "react";

export type Route = { view: "fleet" } | { view: "agents" } | { view: "vm"; name: string } | { view: "host"; name: string } | { view: "plan"; vm: string };

export const FLEET: Route = { view: "fleet" };

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // a % by hand; the fleet is shown instead
  }
}

export function parse(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?");
  const [, noun = "", rest = ""] = path.split("/");
  const name = decoded(rest);
  if (noun === "agents") return { view: "agents" };
  if (noun === "plan") return { view: "plan", vm: new URLSearchParams(query).get("vm") ?? "" };
  if (name === null || name === "") return FLEET;
  if (noun === "vms") return { view: "vm", name };
  if (noun === "hosts") return { view: "host", name };
  return FLEET;
}

export const href = {
  fleet: "#/",
  agents: "#/agents",
  vm: (name: string) => `#/vms/${encodeURIComponent(name)}`,
  host: (name: string) => `#/hosts/${encodeURIComponent(name)}`,
  plan: (vm = "") => (vm === "" ? "#/plan" : `#/plan?vm=${encodeURIComponent(vm)}`),
};

const subscribe = (listener: () => void) => {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
};

export function useHash(): string {
  return useSyncExternalStore(subscribe, () => window.location.hash);
}

// Goes there without a new entry in the history, and has everyone know at once: the browser tells of a new hash only
// later, and a field that shows a part of it would meanwhile lose what is typed.
export function replace(to: string): void {
  window.history.replaceState(null, "", to);
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}
