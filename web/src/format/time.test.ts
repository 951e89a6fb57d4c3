import assert from "node:assert/strict";
import { test } from "node:test";

import { age, clock, dayAndClock, full, horizon, progress } from "./time";

const AT = Date.parse("2013-08-10T04:05:00Z");

test("times are the fleet's, in UTC, wherever the viewer is", () => {
  assert.equal(clock(AT), "04:05");
  assert.equal(dayAndClock(AT), "10 Aug 04:05");
  assert.equal(full(AT), "10 Aug 2013, 04:05 UTC");
  assert.equal(full(null), "–");
});

test("horizons are written as the manager writes them", () => {
  assert.deepEqual([300, 900, 3600, 21600, 86400, 45].map(horizon), ["5m", "15m", "1h", "6h", "24h", "45s"]);
});

test("ages grow from now to hours, and a clock set back gives none", () => {
  assert.deepEqual([-5000, 900, 12_000, 180_000, 3 * 3_600_000].map(age), ["now", "now", "12 s ago", "3 min ago", "3 h ago"]);
});

test("progress stays between the ends, and is unknown without them", () => {
  assert.equal(progress(5, 0, 10), 0.5);
  assert.equal(progress(50, 0, 10), 1);
  assert.equal(progress(5, 10, 10), null);
  assert.equal(progress(null, 0, 10), null);
});
