// How likely it is to get tight, and how loudly to say it.
import { RESOURCES, type PerResource, type Resource } from "../api/types";

export type Alarm = "calm" | "watch" | "act" | "unknown";

const WATCH = 0.05;
const ACT = 0.2;

export function alarm(probability: number | null): Alarm {
  if (probability === null) return "unknown";
  return probability >= ACT ? "act" : probability >= WATCH ? "watch" : "calm";
}

export interface Worst {
  resource: Resource;
  probability: number;
}

// The resource that is likeliest to pass its limit; null when nothing is known of any.
export function worst(exceedance: PerResource<number | null>): Worst | null {
  let found: Worst | null = null;
  for (const resource of RESOURCES) {
    const probability = exceedance[resource];
    if (probability !== null && (found === null || probability > found.probability)) found = { resource, probability };
  }
  return found;
}
