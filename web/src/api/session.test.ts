import assert from "node:assert/strict";
import { test } from "node:test";

import { Session } from "./session";

function makeStore() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

test("a token stays for the tab and goes when it is left", () => {
  const store = makeStore();
  new Session(store).enter("hrt_1");
  const later = new Session(store);
  assert.equal(later.read().token, "hrt_1");
  later.leave();
  assert.equal(new Session(store).read().token, "");
});

test("a token that was not taken is forgotten, with the reason", () => {
  const store = makeStore();
  const session = new Session(store);
  let told = 0;
  session.subscribe(() => told++);
  session.enter("hrt_1");
  session.reject("hrt_1", "no such token");
  assert.deepEqual(session.read(), { token: "", wanted: true, rejected: "no such token" });
  session.reject("", "this takes a token");
  assert.equal(session.read().rejected, "no such token", "still to be read");
  assert.equal(store.kept.size, 0);
  assert.equal(told, 2);
});

test("a late answer to an earlier token says nothing of the present one", () => {
  const session = new Session(null);
  session.enter("hrt_2");
  session.reject("hrt_1", "no such token");
  session.reject("", "this takes a token");
  assert.deepEqual(session.read(), { token: "hrt_2", wanted: false, rejected: "" });
});

test("a token is wanted from the first refusal, and from leaving, to the first answer", () => {
  const session = new Session(null);
  assert.equal(session.read().wanted, false, "a manager without TLS asks for none");
  session.reject("", "this takes a token");
  assert.deepEqual(session.read(), { token: "", wanted: true, rejected: "" });
  session.enter("hrt_1");
  assert.equal(session.read().wanted, true);
  session.accept("");
  assert.equal(session.read().wanted, true, "an answer from before");
  session.accept("hrt_1");
  assert.equal(session.read().wanted, false);
  session.leave();
  assert.equal(session.read().wanted, true);
});
