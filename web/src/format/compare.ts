// The running policy against each other one, in plain words, whichever way it went.
import type { PolicyScore } from "../api/types";
import { count } from "./amount";

export type Verdict = "better" | "worse" | "mixed" | "open";

export interface Comparison {
  against: string;
  verdict: Verdict;
  words: string;
}

const SAME = 0.005; // under half a percent two replays are not told apart

function change(ours: number, theirs: number): number | null {
  return theirs === 0 ? null : (ours - theirs) / theirs;
}

// Twice as much and above is told as a factor: "740 % more" is hard to picture.
function percentOf(by: number): string {
  const percent = Math.abs(by) * 100;
  return `${percent < 1 ? percent.toFixed(1) : Math.round(percent)} %`;
}

const factor = (by: number) => `${(1 + by).toFixed(1)} ×`;

function overloadWords(ours: PolicyScore, theirs: PolicyScore): { words: string; sign: number } {
  const by = change(ours.overload_vm_minutes, theirs.overload_vm_minutes);
  if (by === null) {
    if (ours.overload_vm_minutes === 0) return { words: `No overload, as with ${theirs.policy}`, sign: 0 };
    return { words: `${count(ours.overload_vm_minutes)} overloaded VM-minutes where ${theirs.policy} has none`, sign: 1 };
  }
  if (Math.abs(by) < SAME) return { words: `As much overload as ${theirs.policy}`, sign: 0 };
  if (by >= 1) return { words: `${factor(by)} the overload of ${theirs.policy}`, sign: 1 };
  return { words: `${percentOf(by)} ${by < 0 ? "less" : "more"} overload than ${theirs.policy}`, sign: Math.sign(by) };
}

function billWords(ours: number | null, theirs: number | null, what: string): { words: string; sign: number } | null {
  if (ours === null || theirs === null) return null;
  const by = change(ours, theirs);
  if (by === null) return null;
  if (Math.abs(by) < SAME) return { words: `the same ${what}`, sign: 0 };
  if (by >= 1) return { words: `${factor(by)} the ${what}`, sign: 1 };
  return { words: `${by < 0 ? "a lower" : "a higher"} ${what} (${by < 0 ? "−" : "+"}${percentOf(by)})`, sign: Math.sign(by) };
}

function verdictOf(signs: number[]): Verdict {
  const up = signs.some((sign) => sign > 0), down = signs.some((sign) => sign < 0);
  if (up && down) return "mixed";
  return up ? "worse" : down ? "better" : "mixed";
}

export function compare(ours: PolicyScore, theirs: PolicyScore): Comparison {
  // Two spans of different length cannot be held against each other; that would flatter whoever is behind.
  if (ours.now !== theirs.now) {
    const words = `Not comparable with ${theirs.policy} yet: the two have not replayed the same time`;
    return { against: theirs.policy, verdict: "open", words };
  }
  const overload = overloadWords(ours, theirs);
  const bills = [
    billWords(ours.host_bill_per_day, theirs.host_bill_per_day, "host bill"),
    billWords(ours.bill_per_day, theirs.bill_per_day, "allocation bill"),
  ].filter((one) => one !== null);
  const at = bills.length === 0 ? "" : `, at ${bills.map((one) => one.words).join(" and ")}`;
  return {
    against: theirs.policy,
    verdict: verdictOf([overload.sign, ...bills.map((one) => one.sign)]),
    words: `${overload.words}${at}.`,
  };
}
