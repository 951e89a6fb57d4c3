import assert from "node:assert/strict";
import { test } from "node:test";

import type { PolicyScore } from "../api/types";
import { compare } from "./compare";

function score(policy: string, minutes: number, hosts: number | null, allocation: number | null, now = 1): PolicyScore {
  return {
    policy, overload_vm_minutes: minutes, overload_share: null, host_bill_per_day: hosts, bill_per_day: allocation,
    overload_by_day: [], overload_by_cause: {}, scalings_per_vm_day: 0, migrations_per_vm_day: 0, now,
  };
}

test("better on all counts is told as better", () => {
  const { verdict, words } = compare(score("headroom", 380, 97, 50), score("reactive-threshold", 1000, 100, 50));
  assert.equal(verdict, "better");
  assert.equal(words, "62 % less overload than reactive-threshold, at a lower host bill (−3 %) and the same allocation bill.");
});

test("worse is told as worse", () => {
  const { verdict, words } = compare(score("headroom", 1500, 110, 60), score("static", 1000, 100, 50));
  assert.equal(verdict, "worse");
  assert.equal(words, "50 % more overload than static, at a higher host bill (+10 %) and a higher allocation bill (+20 %).");
});

test("a better fleet at a higher bill is neither better nor worse", () => {
  assert.equal(compare(score("headroom", 500, 120, 50), score("static", 1000, 100, 50)).verdict, "mixed");
});

test("twice as much and above is told as a factor", () => {
  const { words } = compare(score("headroom", 2400, 250, 50), score("static", 1000, 100, 50));
  assert.equal(words, "2.4 × the overload of static, at 2.5 × the host bill and the same allocation bill.");
});

test("nothing is divided by a policy without overload", () => {
  assert.match(compare(score("headroom", 0, 1, 1), score("static", 0, 1, 1)).words, /^No overload, as with static/);
  const { verdict, words } = compare(score("headroom", 12, 1, 1), score("static", 0, 1, 1));
  assert.equal(verdict, "worse");
  assert.match(words, /^12 overloaded VM-minutes where static has none/);
});

test("an unknown bill is left out", () => {
  assert.equal(compare(score("headroom", 1, null, null), score("static", 2, 1, 1)).words, "50 % less overload than static.");
});

test("different spans of time are not compared", () => {
  assert.equal(compare(score("headroom", 1, 1, 1, 5), score("static", 9, 9, 9, 6)).verdict, "open");
});
