import assert from "node:assert/strict";
import { test } from "node:test";

import { fleetShape, type Vm } from "../api/types";
import { makeAnswers } from "../../test/fixture/fleet";
import { BY_RISK, clicked, matching, ordered } from "./vm_order";

const vms: Vm[] = fleetShape(makeAnswers().fleet, "fleet").vms;
const names = (some: Vm[]) => some.map((vm) => vm.name);

test("the likeliest to get tight is first, the unknown last", () => {
  const sorted = ordered(vms, BY_RISK);
  assert.equal(sorted.length, vms.length);
  assert.equal(sorted[sorted.length - 1]?.state, "none");
});

test("names that are numbers sort as numbers", () => {
  assert.deepEqual(names(ordered(vms, { column: "name", descending: false })).slice(0, 3), ["<img src=x onerror=\"window.pwned=1\">/..%2f?#&'\"", "100", "107"]);
});

test("equal rows keep the order of their names, so that the table does not dance", () => {
  const same = vms.slice(0, 9).map((vm) => ({ ...vm, host: "one" }));
  const byName = names(ordered(same, { column: "name", descending: false }));
  assert.deepEqual(names(ordered([...same].reverse(), { column: "host", descending: true })), byName);
});

test("a second click on a column turns it round", () => {
  const once = clicked(BY_RISK, "name");
  assert.deepEqual(once, { column: "name", descending: false });
  assert.deepEqual(clicked(once, "name"), { column: "name", descending: true });
  assert.deepEqual(clicked(once, "cpu"), { column: "cpu", descending: true });
});

test("every word of the filter must be found somewhere", () => {
  assert.equal(matching(vms, "  ").length, vms.length);
  assert.deepEqual(names(matching(vms, "LEARNING")), ["149"]);
  assert.ok(matching(vms, "nova reserved").every((vm) => vm.owner === "nova" && vm.host.startsWith("reserved")));
});
