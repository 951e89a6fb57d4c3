// Numbers for people. The API speaks base units; a page speaks cores, GiB and MB/s.
import type { Resource } from "../api/types";

interface Unit {
  label: string;
  base: number; // base units in one of it
}

export const UNITS: Record<Resource, Unit> = {
  cpu: { label: "cores", base: 1000 },
  memory: { label: "GiB", base: 2 ** 30 },
  disk: { label: "MB/s", base: 1e6 },
  network: { label: "MB/s", base: 1e6 },
};

export const TITLES: Record<Resource, string> = { cpu: "CPU", memory: "Memory", disk: "Disk", network: "Network" };

export const NOTHING = "–";

// Enough digits to compare two neighbours, no more: 0.42, 3.25, 17.4, 240, 12,930.
export function digits(value: number | null): string {
  if (value === null) return NOTHING;
  const size = Math.abs(value);
  const places = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
  const plain = value.toFixed(places);
  return size < 9999.5 ? plain : plain.replace(/\B(?=(\d{3})+$)/g, ",");
}

export function count(value: number | null): string {
  return value === null ? NOTHING : Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

export function inUnit(resource: Resource, value: number | null): number | null {
  return value === null ? null : value / UNITS[resource].base;
}

export function bare(resource: Resource, value: number | null): string {
  return digits(inUnit(resource, value));
}

export function amount(resource: Resource, value: number | null): string {
  return value === null ? NOTHING : `${bare(resource, value)} ${UNITS[resource].label}`;
}

// An allocation; a disk or a network without a limit has 0.
export function allocated(resource: Resource, value: number | null): string {
  return value === 0 ? "no limit" : amount(resource, value);
}

// A probability. Never "0 %" or "100 %" for what is merely rare or likely.
export function chance(value: number | null): string {
  if (value === null) return NOTHING;
  if (value <= 0) return "0 %";
  if (value >= 1) return "100 %";
  if (value < 0.005) return "<1 %";
  if (value > 0.995) return ">99 %";
  return `${Math.round(value * 100)} %`;
}

// A share of a whole, where the first digits matter: 0.60 %, 8.7 %.
export function share(value: number | null): string {
  if (value === null) return NOTHING;
  const percent = value * 100;
  return `${percent.toFixed(percent < 1 ? 2 : percent < 99.95 ? 1 : 0)} %`;
}

export function usd(value: number | null): string {
  return value === null ? NOTHING : value.toFixed(2).replace(/\B(?=(\d{3})+\.)/g, ",");
}

export function milliseconds(value: number | null): string {
  if (value === null) return NOTHING;
  if (value >= 1000) return `${(value / 1000).toFixed(1)} s`;
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

export function several(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}
