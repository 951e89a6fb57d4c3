// How an agent does, in a word and how loudly to say it; and its clock.
import type { Agent, Asked } from "../api/types";
import { bare } from "./amount";
import { age } from "./time";

const SLACK_MS = 30_000; // a report is late after three of its intervals, and never before that
const EXPIRES_SOON_MS = 3_600_000; // agents renew long before: one that has not cannot
const CLOCK_OFF_S = 1;

export interface State {
  word: string;
  tone: "calm" | "watch" | "act" | "plain";
}

// now: the manager's.
export function stateOf(agent: Agent, now: number): State {
  if (!agent.connected) return { word: "silent", tone: "act" };
  if (agent.sampled_at === null) return { word: "no report yet", tone: "plain" };
  const late = now - agent.sampled_at > Math.max(SLACK_MS, 3000 * agent.interval_seconds);
  return late ? { word: `last report ${age(now - agent.sampled_at)}`, tone: "watch" } : { word: "speaks", tone: "calm" };
}

// What a guest is asked, in words. A kind that came later is shown by its name.
export function askedWords(asked: Asked): string {
  const after = asked.moment === "after";
  switch (asked.kind) {
    case "sampling":
      return asked.interval_seconds === null ? "to report more or less often" : `to report every ${asked.interval_seconds} s`;
    case "drain":
      return after ? "to go on after its move" : "to make ready for a move";
    case "allocation": {
      const parts: string[] = [];
      if (asked.vcpus !== null) parts.push(`${asked.vcpus.from} to ${asked.vcpus.to} vCPUs`);
      if (asked.memory !== null) parts.push(`${bare("memory", asked.memory.from)} to ${bare("memory", asked.memory.to)} GiB of memory`);
      return `${after ? "after" : "before"} a change: ${parts.join(", ")}`;
    }
    default:
      return asked.kind === "" ? "for a change" : asked.kind;
  }
}

// How far that is. now: the manager's.
export function askedState(asked: Asked, connected: boolean, now: number): string {
  if (asked.until <= now) return "its time is over";
  return connected ? "no answer yet" : "not heard yet: its agent is silent";
}

export function signed(seconds: number): string {
  const size = Math.abs(seconds);
  const text = size < 100 ? size.toFixed(1) : Math.round(size).toString();
  return `${seconds < 0 ? "−" : "+"}${text} s`;
}

export const isClockOff = (skew: number | null): boolean => skew !== null && Math.abs(skew) >= CLOCK_OFF_S;

export const endsSoon = (until: number, now: number): boolean => until - now < EXPIRES_SOON_MS;
