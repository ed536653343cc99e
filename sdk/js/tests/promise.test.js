// The promises of a component, beside those of the machine.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Promise as Ours, settle } from "../toolhost-sdk/src/promise.js";

/** Runs the same with both, and expects the same order of events and the same end. */
async function compare(run) {
  const end = async (Kind, wait) => {
    const events = [];
    const say = (event) => events.push(event);
    try {
      events.push(["value", await wait(run(Kind, say))]);
    } catch (error) {
      events.push(["error", error instanceof Error ? `${error.name} ${error.errors ?? ""}` : error]);
    }
    return events;
  };
  assert.deepEqual(await end(Ours, settle), await end(Promise, (promise) => promise));
}

test("reactions run in the order of the standard", async () => {
  await compare((Kind, say) => {
    Kind.resolve().then(() => say("a")).then(() => say("b"));
    Kind.resolve(Kind.resolve()).then(() => say("c"));
    new Kind((resolve) => resolve(Kind.resolve(1))).then(() => say("d"));
    say("first");
    return Kind.resolve(7).finally(() => say("e")).then((value) => value + 1);
  });
});

test("rejections, thenables and a promise that waits for itself end alike", async () => {
  await compare((Kind) => Kind.reject("no"));
  await compare((Kind) => Kind.reject("no").catch((error) => `${error}!`));
  await compare((Kind) => Kind.resolve({ then: (resolve) => resolve("thenable") }));
  await compare((Kind) => Kind.resolve({ then: () => { throw "thrown"; } }));
  await compare((Kind) => {
    const own = Kind.resolve().then(() => own);
    return own;
  });
  await compare((Kind) => new Kind((resolve) => { resolve(1); throw new Error("late"); }));
  await compare((Kind) => Kind.resolve(1).finally(() => { throw "finally"; }));
});

test("combinations end alike", async () => {
  for (const name of ["all", "allSettled", "any", "race"]) {
    await compare((Kind) => Kind[name]([Kind.reject("x"), 1, Kind.resolve(2)]));
    await compare((Kind) => Kind[name]([Kind.resolve().then(() => 1), 2]));
    await compare((Kind) => Kind[name](new Set([Kind.reject("x"), Kind.reject("y")])));
  }
  await compare((Kind) => Kind.all([]));
  await compare((Kind) => Kind.any([]));
});

test("what never comes is an error", () => {
  assert.throws(() => settle(new Ours(() => {})), { kind: "failed", message: /never comes/ });
});
