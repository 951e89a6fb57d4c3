// Times of the fleet are UTC, as the manager's; a replay of 2013 in the viewer's own zone would mislead.
import { NOTHING } from "./amount";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (n: number) => n.toString().padStart(2, "0");

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export function clock(at: number, seconds = false): string {
  const d = new Date(at);
  return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}${seconds ? `:${two(d.getUTCSeconds())}` : ""}`;
}

export function day(at: number): string {
  const d = new Date(at);
  return `${d.getUTCDate()} ${MONTHS[d.getUTCMonth()]}`;
}

export function dayAndClock(at: number | null, seconds = false): string {
  return at === null ? NOTHING : `${day(at)} ${clock(at, seconds)}`;
}

export function full(at: number | null, seconds = false): string {
  return at === null ? NOTHING : `${day(at)} ${new Date(at).getUTCFullYear()}, ${clock(at, seconds)} UTC`;
}

// 300 -> "5m", 86400 -> "24h": as the manager's sentences write them.
export function horizon(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  if (seconds % 60 === 0) return `${seconds / 60}m`;
  return `${seconds}s`;
}

// The horizon that limits are told for: the first of a quarter of an hour or more, or the last there is.
export function near(horizons: number[]): number {
  return horizons.find((seconds) => seconds >= 900) ?? horizons[horizons.length - 1] ?? 900;
}

export function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 2) return "now";
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min ago`;
  return `${Math.round(seconds / 3600)} h ago`;
}

export function progress(now: number | null, from: number | null, to: number | null): number | null {
  if (now === null || from === null || to === null || to <= from) return null;
  return Math.min(1, Math.max(0, (now - from) / (to - from)));
}
