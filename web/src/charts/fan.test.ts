import assert from "node:assert/strict";
import { test } from "node:test";

import { vmDetailShape } from "../api/types";
import { makeVm } from "../../test/fixture/vm";
import { axisOf, rangesOf, stepOf } from "./axis";
import { ALLOCATION, fanOf, HIGH, LIMIT_AHEAD, LOW, MIDDLE, RARE, USED } from "./fan";

const detail = vmDetailShape(makeVm("1", "h", 1).detail, "vm");

function column(fan: ReturnType<typeof fanOf>, index: number): (number | null)[] {
  return fan.columns[index] ?? [];
}

test("the fan opens at what was used last and spreads over the horizons in order", () => {
  for (const range of ["steps", "hour", "day"] as const) {
    const fan = fanOf(detail, "cpu", "peak", range);
    const xs = fan.columns[0], start = xs.length - 6;
    assert.ok(xs.every((x, i) => i === 0 || x > (xs[i - 1] ?? Infinity)), `${range}: positions ascend`);
    for (const band of [LOW, MIDDLE, HIGH, RARE]) assert.equal(column(fan, band)[start], column(fan, USED)[start]);
    for (let i = start + 1; i < xs.length; i++) {
      const told = [LOW, MIDDLE, HIGH, RARE].map((band) => column(fan, band)[i] ?? -1);
      assert.deepEqual(told, [...told].sort((a, b) => a - b));
      assert.equal(column(fan, USED)[i], null);
      assert.equal(column(fan, LIMIT_AHEAD)[i], (detail.allocation.cpu ?? 0) / 1000);
    }
  }
});

test("the levels drawn are the ones nearest to 10, 50, 90 and 99 %, and are told", () => {
  assert.deepEqual(fanOf(detail, "cpu", "value", "steps").levels, { low: 0.1, middle: 0.5, high: 0.9, rare: 0.99 });
});

test("a disk without a limit has no line of it", () => {
  const free = structuredClone(detail);
  free.allocation.disk = 0;
  free.samples.allocation.disk = free.samples.allocation.disk.map(() => 0);
  const fan = fanOf(free, "disk", "peak", "steps");
  for (const line of [ALLOCATION, LIMIT_AHEAD]) assert.ok(column(fan, line).every((value) => value === null));
  assert.ok(fan.top > 0);
});

test("a missing sample stays a gap", () => {
  assert.equal(column(fanOf(detail, "cpu", "peak", "day"), USED)[104], null);
});

test("a VM without samples or forecast gives an empty chart, not a fault", () => {
  const none = vmDetailShape(makeVm("2", "h", 2, "none").detail, "vm");
  const fan = fanOf(none, "memory", "peak", "steps");
  assert.equal(fan.levels, null);
  assert.deepEqual(column(fan, USED).filter((value) => value !== null), []);
  assert.ok(fan.top > 0);
});

test("a forecast whose origin lies past the last sample begins at the origin", () => {
  const late = { ...detail, forecast: detail.forecast === null ? null : { ...detail.forecast, origin: detail.forecast.origin + 300_000 } };
  const fan = fanOf(late, "cpu", "peak", "day");
  const start = fan.columns[0].length - 6;
  assert.equal(fan.columns[0][start], fan.origin);
  assert.equal(column(fan, USED)[start], null);
  assert.equal(column(fan, ALLOCATION)[start], column(fan, ALLOCATION)[start - 1]);
});

test("at equal steps every horizon has its place and its word", () => {
  const axis = axisOf("steps", detail.forecast?.origin ?? 0, [300, 900, 3600]);
  assert.equal(axis.word(axis.ahead(1)), "in 15m");
  assert.equal(axis.word(0), "10 Aug 04:35");
  assert.ok(axis.ahead(1) - axis.ahead(0) - axis.ahead(0) < 1e-9);
  assert.ok(axis.max > axis.ahead(2));
});

test("a fleet with short steps has its day and its hour in its own minutes", () => {
  const origin = Date.parse("2026-11-26T12:00:00Z");
  assert.deepEqual(rangesOf(10_000).map(({ label }) => label), ["All horizons", "Next 2m", "Next 48m"]);
  assert.deepEqual(rangesOf(300_000).map(({ label }) => label), ["All horizons", "Next hour", "Next day"]);
  assert.equal(stepOf([origin, origin + 10_000]), 10_000);
  assert.equal(stepOf([]), 300_000);
  const axis = axisOf("day", origin, [10, 30, 120], 10_000);
  assert.equal(origin - axis.min, 48 * 60_000);
  assert.deepEqual(axis.ticks.map(({ label }) => label), ["11:12", "11:24", "11:36", "11:48", "12:00", "12:12", "12:24", "12:36", "12:48"]);
  assert.equal(axis.word(axis.ahead(1)), "in 30s");
  assert.equal(axis.word(origin - 20_000), "26 Nov 11:59:40");
});
