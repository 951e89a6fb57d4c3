import assert from "node:assert/strict";
import { test } from "node:test";

import { href, parse } from "./route";

test("an address leads to its view and back, whatever the name", () => {
  for (const name of ["337", "a/b", "50%", `<img src=x>?#&'"`, "ä ö", ".."]) {
    assert.deepEqual(parse(href.vm(name)), { view: "vm", name });
    assert.deepEqual(parse(href.host(name)), { view: "host", name });
    assert.deepEqual(parse(href.plan(name)), { view: "plan", vm: name });
  }
});

test("the agents have an address of their own", () => {
  assert.deepEqual(parse(href.agents), { view: "agents" });
});

test("what is no address is the fleet", () => {
  for (const hash of ["", "#", "#/", "#/nonsense", "#/vms/", "#/vms/%E0%A4%A", "#main"]) {
    assert.deepEqual(parse(hash), { view: "fleet" }, hash);
  }
});
