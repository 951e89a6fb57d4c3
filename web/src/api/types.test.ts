import assert from "node:assert/strict";
import { test } from "node:test";

import { makeAnswers, makeEmptyAnswers } from "../../test/fixture/fleet";
import { ShapeError } from "./shape";
import { actionsShape, fleetShape, hostDetailShape, planShape, scoreShape, statusShape, vmDetailShape } from "./types";

test("every answer of the fixture fleet is understood", () => {
  for (const answers of [makeAnswers(), makeEmptyAnswers()]) {
    const sent = JSON.parse(JSON.stringify({ ...answers, vms: [...answers.vms.values()], hosts: [...answers.hosts.values()] }));
    statusShape(sent.status, "status");
    fleetShape(sent.fleet, "fleet");
    planShape(sent.plan, "plan");
    scoreShape(sent.score, "score");
    actionsShape(sent.actions, "actions");
    for (const vm of sent.vms) vmDetailShape(vm, "vm");
    for (const host of sent.hosts) hostDetailShape(host, "host");
  }
});

test("a manager that knows no alerts has none", () => {
  const { alerts, ...older } = makeAnswers().plan;
  assert.equal(alerts.length, 3);
  assert.deepEqual(planShape(older, "plan").alerts, []);
});

test("times become numbers, unknown keys are dropped, unknown amounts stay unknown", () => {
  const { fleet, plan } = makeAnswers();
  assert.equal(planShape(plan, "plan").made_at, Date.parse("2013-08-10T04:35:00Z"));
  const first = { ...fleet.vms[0], used: { cpu: null, memory: 1, disk: 2, network: 3 }, surprise: true };
  const read = fleetShape({ ...fleet, vms: [first] }, "fleet");
  assert.equal(read.vms[0]?.used.cpu, null);
  assert.ok(!("surprise" in (read.vms[0] ?? {})));
});

test("what is wrong is named with its place", () => {
  const { fleet } = makeAnswers();
  const nameless = { ...fleet, vms: [fleet.vms[0], { ...fleet.vms[1], name: 4 }] };
  assert.throws(() => fleetShape(nameless, "fleet"), new ShapeError("fleet.vms[1].name should be text, but is number"));
  assert.throws(() => fleetShape([], "fleet"), new ShapeError("fleet should be an object, but is a list"));
  assert.throws(() => statusShape({ ...makeAnswers().status, now: "yesterday" }, "status"), /status\.now should be a time/);
});
