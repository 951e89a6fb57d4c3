import assert from "node:assert/strict";
import { test } from "node:test";

import { allocated, amount, chance, count, digits, milliseconds, several, share, usd } from "./amount";

test("amounts are told in the units people use", () => {
  assert.equal(amount("cpu", 1250), "1.25 cores");
  assert.equal(amount("memory", 3.5 * 2 ** 30), "3.50 GiB");
  assert.equal(amount("disk", 12_340_000), "12.3 MB/s");
  assert.equal(amount("network", 0), "0.00 MB/s");
});

test("an unknown amount is a dash, never a zero", () => {
  for (const told of [amount("cpu", null), digits(null), count(null), chance(null), share(null), usd(null), milliseconds(null)]) {
    assert.equal(told, "–");
  }
});

test("digits get fewer as numbers grow, and never change in rounding alone", () => {
  assert.deepEqual([0.4249, 9.994, 9.996, 99.94, 99.96, 9999.4, 12930.2].map(digits), ["0.42", "9.99", "10.0", "99.9", "100", "9999", "12,930"]);
});

test("a rare thing is not told as impossible, nor a likely one as sure", () => {
  assert.deepEqual([0, 0.0001, 0.005, 0.126, 0.994, 0.999, 1].map(chance), ["0 %", "<1 %", "1 %", "13 %", "99 %", ">99 %", "100 %"]);
});

test("an allocation of nothing is told as no limit", () => {
  assert.equal(allocated("disk", 0), "no limit");
  assert.equal(allocated("cpu", 1500), amount("cpu", 1500));
});

test("shares keep the digits that tell them apart", () => {
  assert.deepEqual([0.006, 0.0869, 0.5].map(share), ["0.60 %", "8.7 %", "50.0 %"]);
});

test("money has cents and thousands", () => {
  assert.deepEqual([0.627, 47.614, 12345.6].map(usd), ["0.63", "47.61", "12,345.60"]);
});

test("durations of work stay short", () => {
  assert.deepEqual([0.38, 9.97, 31.2, 1240].map(milliseconds), ["0.4 ms", "10 ms", "31 ms", "1.2 s"]);
});

test("one is one", () => {
  assert.equal(several(1, "VM"), "1 VM");
  assert.equal(several(1200, "VM"), "1,200 VMs");
});
