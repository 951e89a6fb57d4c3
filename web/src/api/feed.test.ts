import assert from "node:assert/strict";
import { test } from "node:test";

import { Failure } from "./client";
import { Feed, type Surroundings } from "./feed";
import { number } from "./shape";

interface Request {
  signal: AbortSignal;
  answer: (value: number) => Promise<void>;
  fail: (failure: unknown) => Promise<void>;
}

// A browser by hand: time passes and answers come when the test says so.
function makeBrowser() {
  const requests: Request[] = [];
  const watchers = new Set<() => void>();
  const world = { now: 0, hidden: false, waiting: new Set<() => void>() };
  const around: Surroundings = {
    now: () => world.now,
    hidden: () => world.hidden,
    onVisibility: (listener) => {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
    after: (_ms, run) => {
      world.waiting.add(run);
      return () => world.waiting.delete(run);
    },
    get: ((_path: string, _shape: unknown, signal: AbortSignal) =>
      new Promise((resolve, reject) => {
        const settled = async (settle: () => void) => {
          settle();
          await new Promise((done) => setImmediate(done));
        };
        requests.push({ signal, answer: (value) => settled(() => resolve(value as never)), fail: (failure) => settled(() => reject(failure)) });
      })) as Surroundings["get"],
  };
  return {
    around,
    requests,
    world,
    watchers,
    hide: (hidden: boolean) => {
      world.hidden = hidden;
      for (const listener of watchers) listener();
    },
    pass: () => {
      const due = [...world.waiting];
      world.waiting.clear();
      for (const run of due) run();
    },
  };
}

const makeFeed = (around: Surroundings) => new Feed("x", number, 1000, around);

test("a feed asks once, waits for the answer, and asks again after a pause", async () => {
  const page = makeBrowser();
  const feed = makeFeed(page.around);
  let told = 0;
  feed.subscribe(() => told++);
  feed.subscribe(() => {});
  assert.equal(page.requests.length, 1);
  page.pass();
  assert.equal(page.requests.length, 1, "one request under way at most");
  page.world.now = 42;
  await page.requests[0]?.answer(7);
  assert.deepEqual(feed.read(), { value: 7, at: 42, failure: null });
  assert.equal(told, 1);
  page.pass();
  assert.equal(page.requests.length, 2);
});

test("a failure keeps the last value and its time, and the next success clears it", async () => {
  const page = makeBrowser();
  const feed = makeFeed(page.around);
  feed.subscribe(() => {});
  await page.requests[0]?.answer(7);
  page.pass();
  page.world.now = 99;
  await page.requests[1]?.fail(new Failure("unreachable", "gone"));
  assert.equal(feed.read().value, 7);
  assert.equal(feed.read().at, 0);
  assert.equal(feed.read().failure?.kind, "unreachable");
  page.pass();
  await page.requests[2]?.answer(8);
  assert.deepEqual(feed.read(), { value: 8, at: 99, failure: null });
});

test("a hidden tab asks nothing, and a shown one asks at once", async () => {
  const page = makeBrowser();
  const feed = makeFeed(page.around);
  feed.subscribe(() => {});
  page.hide(true);
  assert.equal(page.requests[0]?.signal.aborted, true);
  await page.requests[0]?.fail(new Failure("cancelled", "no longer wanted"));
  assert.equal(feed.read().failure, null, "a cancelled request is no news");
  page.pass();
  assert.equal(page.requests.length, 1);
  page.hide(false);
  assert.equal(page.requests.length, 2);
});

test("nobody looking means nothing asked, and nothing left behind", async () => {
  const page = makeBrowser();
  const feed = makeFeed(page.around);
  const leave = feed.subscribe(() => assert.fail("told after leaving"));
  leave();
  assert.equal(page.requests[0]?.signal.aborted, true);
  await page.requests[0]?.answer(7);
  assert.equal(page.world.waiting.size, 0);
  assert.equal(page.watchers.size, 0);
  feed.subscribe(() => {});
  assert.equal(page.requests.length, 2);
});
