import assert from "node:assert/strict";
import { test } from "node:test";

import { boundsOf, sentence } from "./forecasts";

test("bounds are found by their level, and one the manager does not tell is unknown", () => {
  const accuracy = { judgements: 10, levels: [0.5, 0.9, 0.99], held: [0.49, 0.903, null], loss_over_model: 0.97 };
  assert.deepEqual(boundsOf(accuracy), [
    { level: 0.9, held: 0.903 },
    { level: 0.95, held: null },
    { level: 0.99, held: null },
  ]);
});

test("what is remembered of forecasts is two days, or as many steps", () => {
  const accuracy = { judgements: 10, levels: [], held: [], loss_over_model: 1 };
  assert.equal(sentence(accuracy, 300), "10 forecasts whose truth is known, weighed with a memory of two days.");
  assert.equal(sentence(accuracy, 10), "10 forecasts whose truth is known, weighed with a memory of 96m.");
});
