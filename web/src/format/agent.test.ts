import assert from "node:assert/strict";
import { test } from "node:test";

import type { Agent, Asked } from "../api/types";
import { askedState, askedWords, endsSoon, isClockOff, signed, stateOf } from "./agent";

const NOW = Date.parse("2026-11-26T12:00:00Z");

function agent(changes: Partial<Agent>): Agent {
  return {
    connected: true, since: NOW - 3_600_000, from: "", version: "0.1.0", certificate_until: NOW + 8e7, interval_seconds: 10, sampled_at: NOW - 4000,
    booted_at: null, skew_seconds: null, jump: null, reports: 1, late_reports: 0, lost_samples: 0, demand: null, veto: null, disagreement: null, ...changes,
  };
}

test("an agent speaks while its reports come at their interval", () => {
  assert.deepEqual(stateOf(agent({}), NOW), { word: "speaks", tone: "calm" });
  assert.equal(stateOf(agent({ sampled_at: NOW - 30_000 }), NOW).tone, "calm");
  assert.deepEqual(stateOf(agent({ sampled_at: NOW - 31_000 }), NOW), { word: "last report 31 s ago", tone: "watch" });
  assert.equal(stateOf(agent({ sampled_at: NOW - 150_000, interval_seconds: 60 }), NOW).tone, "calm");
  assert.equal(stateOf(agent({ sampled_at: null }), NOW).tone, "plain");
});

test("one that is not connected is silent, however new its last report", () => {
  assert.deepEqual(stateOf(agent({ connected: false }), NOW), { word: "silent", tone: "act" });
});

test("clocks are told with their sign, and are off from a second on", () => {
  assert.deepEqual([0.04, -1.52, 120, -99.96].map(signed), ["+0.0 s", "−1.5 s", "+120 s", "−100.0 s"]);
  assert.deepEqual([null, 0.9, -0.9, 1, -30].map(isClockOff), [false, false, false, true, true]);
});

test("a certificate ends soon in its last hour, and when it is over", () => {
  assert.deepEqual([NOW + 3_600_000, NOW + 3_599_999, NOW - 1].map((until) => endsSoon(until, NOW)), [false, true, true]);
});

function asked(changes: Partial<Asked>): Asked {
  return { kind: "allocation", moment: "before", vcpus: null, memory: null, interval_seconds: null, until: NOW + 30_000, reason: "", ...changes };
}

test("what a guest is asked is told by its kind, also one that is not known", () => {
  assert.equal(askedWords(asked({ vcpus: { from: 4, to: 2 } })), "before a change: 4 to 2 vCPUs");
  assert.equal(askedWords(asked({ moment: "after", memory: { from: 2 ** 32, to: 2 ** 31 } })), "after a change: 4.00 to 2.00 GiB of memory");
  assert.equal(askedWords(asked({ kind: "sampling", interval_seconds: 2.5 })), "to report every 2.5 s");
  assert.equal(askedWords(asked({ kind: "drain" })), "to make ready for a move");
  assert.equal(askedWords(asked({ kind: "drain", moment: "after" })), "to go on after its move");
  assert.equal(askedWords(asked({ kind: "sing" })), "sing");
});

test("a question waits for an answer, for its agent, or is over", () => {
  assert.equal(askedState(asked({}), true, NOW), "no answer yet");
  assert.equal(askedState(asked({}), false, NOW), "not heard yet: its agent is silent");
  assert.equal(askedState(asked({}), true, NOW + 30_000), "its time is over");
});
