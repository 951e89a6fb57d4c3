import assert from "node:assert/strict";
import { test } from "node:test";

import { alarm, worst } from "./risk";

test("the likeliest resource is the one that is told", () => {
  assert.deepEqual(worst({ cpu: 0.1, memory: 0.4, disk: null, network: 0.4 }), { resource: "memory", probability: 0.4 });
});

test("what is not known of any resource is no zero", () => {
  assert.equal(worst({ cpu: null, memory: null, disk: null, network: null }), null);
  assert.equal(alarm(null), "unknown");
});

test("alarms rise with the probability", () => {
  assert.deepEqual([0, 0.049, 0.05, 0.2].map(alarm), ["calm", "calm", "watch", "act"]);
});
