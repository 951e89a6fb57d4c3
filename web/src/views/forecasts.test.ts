import assert from "node:assert/strict";
import { test } from "node:test";

import { boundsOf } from "./forecasts";

test("bounds are found by their level, and one the manager does not tell is unknown", () => {
  const accuracy = { judgements: 10, levels: [0.5, 0.9, 0.99], held: [0.49, 0.903, null], loss_over_model: 0.97 };
  assert.deepEqual(boundsOf(accuracy), [
    { level: 0.9, held: 0.903 },
    { level: 0.95, held: null },
    { level: 0.99, held: null },
  ]);
});
