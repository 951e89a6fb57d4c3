import assert from "node:assert/strict";
import { test } from "node:test";

import { Failure, get, paths, type Fetch } from "./client";
import { session } from "./session";
import { number, object } from "./shape";

const shape = object({ n: number });
const never = () => new AbortController().signal;
const answering = (body: string, status = 200): Fetch => async () => new Response(body, { status });

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const failure = await promise.then(() => null, (error: unknown) => error);
  assert.ok(failure instanceof Failure, String(failure));
  return failure;
}

const hanging: Fetch = (_, { signal }) =>
  new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError"))));

test("an answer is checked and typed", async () => {
  assert.deepEqual(await get("x", shape, never(), answering('{"n": 4, "later": true}')), { n: 4 });
});

test("names go into paths encoded", () => {
  assert.equal(paths.vm("a/../b?#%"), "vms/a%2F..%2Fb%3F%23%25");
  assert.equal(paths.host("h 1"), "hosts/h%201");
});

test("the manager's own sentence is kept", async () => {
  const body = '{"error": {"code": "not_found", "message": "no VM is called \'x\'"}}';
  const failure = await failureOf(get("vms/x", shape, never(), answering(body, 404)));
  assert.deepEqual([failure.kind, failure.message], ["not_found", "no VM is called 'x'"]);
});

test("a token goes along until it is not taken", async () => {
  const sent: (string | undefined)[] = [];
  const asking: Fetch = async (_, { headers }) => {
    sent.push(headers["Authorization"]);
    return new Response('{"error": {"message": "the token was revoked"}}', { status: 401 });
  };
  session.enter("hrt_1");
  assert.equal((await failureOf(get("x", shape, never(), asking))).kind, "unauthorized");
  assert.equal((await failureOf(get("x", shape, never(), asking))).kind, "unauthorized");
  assert.deepEqual(sent, ["Bearer hrt_1", undefined]);
  assert.deepEqual(session.read(), { token: "", wanted: true, rejected: "the token was revoked" });
});

test("an error without a sentence has its number", async () => {
  for (const body of ["", "<html>", "null", '{"error": {"message": 4}}']) {
    const failure = await failureOf(get("x", shape, never(), answering(body, 503)));
    assert.deepEqual([failure.kind, failure.message], ["refused", "the manager answered 503"]);
  }
});

test("an answer of another shape names the place", async () => {
  const failure = await failureOf(get("x", shape, never(), answering('{"n": "four"}')));
  assert.equal(failure.kind, "misshapen");
  assert.match(failure.message, /x\.n should be a number, but is string/);
  assert.equal((await failureOf(get("x", shape, never(), answering("<html>")))).kind, "misshapen");
});

test("no connection and no answer in time are both unreachable", async () => {
  const refused: Fetch = async () => Promise.reject(new TypeError("fetch failed"));
  assert.equal((await failureOf(get("x", shape, never(), refused))).kind, "unreachable");
  const late = await failureOf(get("x", shape, never(), hanging, 5));
  assert.deepEqual([late.kind, late.message], ["unreachable", "no answer within 0.005 s"]);
});

test("a request nobody wants any more is cancelled, before or after it began", async () => {
  const cancel = new AbortController();
  const asked = failureOf(get("x", shape, cancel.signal, hanging));
  cancel.abort();
  assert.equal((await asked).kind, "cancelled");
  const already: Fetch = async (_, { signal }) => (signal.aborted ? Promise.reject(new Error("aborted")) : new Response("{}"));
  assert.equal((await failureOf(get("x", shape, cancel.signal, already))).kind, "cancelled");
});
