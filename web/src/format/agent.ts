// How an agent does, in a word and how loudly to say it; and its clock.
import type { Agent } from "../api/types";
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

export function signed(seconds: number): string {
  const size = Math.abs(seconds);
  const text = size < 100 ? size.toFixed(1) : Math.round(size).toString();
  return `${seconds < 0 ? "−" : "+"}${text} s`;
}

export const isClockOff = (skew: number | null): boolean => skew !== null && Math.abs(skew) >= CLOCK_OFF_S;

export const endsSoon = (until: number, now: number): boolean => until - now < EXPIRES_SOON_MS;
