// The exported `provider`: what the host sees of tools.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import * as fake from "../toolhost-sdk/fake.js";
import { Content, defineTool, ToolError } from "../toolhost-sdk/index.js";
import { Promise as OurPromise, settle } from "../toolhost-sdk/src/promise.js";
import { provider } from "../toolhost-sdk/src/provider.js";
import { named, positional } from "../toolhost-sdk/src/tool.js";
import { demand, plainErrors } from "../toolhost-sdk/src/typed.js";

beforeEach(() => fake.reset());

const tool = (run, more = {}) => defineTool({ name: "try_it", description: "Tries.", inputSchema: { type: "object" }, ...more }, run);
const invoke = (run, args = {}, wait) => provider([tool(run)], wait).invoke("try_it", JSON.stringify(args));
const plain = (contents) => contents.map(({ tag, val }) => ({ tag, val }));

test("a definition has all that is known, and null for the rest", () => {
  const full = tool(() => {}, { title: "Try", outputSchema: "{}", readOnly: true, destructive: false });
  assert.deepEqual(provider([full]).listTools(), [
    {
      name: "try_it",
      title: "Try",
      description: "Tries.",
      inputSchema: '{"type":"object"}',
      outputSchema: "{}",
      annotations: { readOnly: true, destructive: false, idempotent: null, openWorld: null },
    },
  ]);
  assert.equal(provider([tool(() => {})]).listTools()[0].title, null);
});

test("what is returned becomes content", () => {
  const cases = [
    [undefined, []],
    ["text", [{ tag: "text", val: "text" }]],
    [null, [{ tag: "json", val: "null" }]],
    [{ a: [1] }, [{ tag: "json", val: '{"a":[1]}' }]],
    [[], [{ tag: "json", val: "[]" }]],
    [[Content.text("a"), Content.json(1)], [{ tag: "text", val: "a" }, { tag: "json", val: "1" }]],
    [Content.image("x", "image/png"), [{ tag: "image", val: { data: Uint8Array.of(120), mediaType: "image/png" } }]],
    [Content.link("a:b", "c"), [{ tag: "link", val: { uri: "a:b", name: "c", description: null, mediaType: null } }]],
    [
      Content.file("a:b", "x/y", Uint8Array.of(1)),
      [{ tag: "document", val: { uri: "a:b", mediaType: "x/y", body: { tag: "bytes", val: Uint8Array.of(1) } } }],
    ],
  ];
  for (const [value, expected] of cases) {
    assert.deepEqual(plain(invoke(() => value)), expected);
  }
});

test("a function of content may return none", () => {
  assert.deepEqual(provider([{ ...tool(() => []), rich: true }]).invoke("try_it", "{}"), []);
});

test("what JSON cannot hold is a failure", () => {
  for (const value of [() => {}, 1n, new Uint8Array(2)]) {
    assert.throws(() => invoke(() => value), { tag: "failed" });
  }
});

test("errors are plain values with their kind, and only others are logged", () => {
  const thrown = (error) => () => {
    throw error;
  };
  assert.throws(() => invoke(thrown(ToolError.notFound("gone"))), { tag: "not-found", val: "gone" });
  assert.throws(() => invoke(thrown("words")), { tag: "failed", val: "words" });
  assert.throws(() => provider([]).invoke("other", "{}"), { tag: "not-found", val: "there is no tool `other`" });
  assert.deepEqual(fake.lines(), []);
  const error = new RangeError("outer", { cause: new Error("inner") });
  assert.throws(() => invoke(thrown(error)), { tag: "failed", val: "outer: inner" });
  const [line] = fake.lines();
  assert.match(line, /^ERROR RangeError: outer\n\s+at /);
});

test("promises are waited for, by the engine or by us", async () => {
  assert.deepEqual(plain(await invoke(async ({ a }) => a, { a: "later" })), [{ tag: "text", val: "later" }]);
  await assert.rejects(invoke(async () => Promise.reject(ToolError.failed("no"))), { tag: "failed", val: "no" });
  const ours = ({ a }) => OurPromise.resolve(a).then((value) => `${value}!`);
  assert.deepEqual(plain(invoke(ours, { a: "now" }, settle)), [{ tag: "text", val: "now!" }]);
  assert.throws(() => invoke(() => new OurPromise(() => {}), {}, settle), { tag: "failed", val: /never comes/ });
});

test("arguments come one by one or as an object, with defaults for what is left out", () => {
  const parameters = [{ name: "a" }, { name: "b", fallback: 2 }, { name: "c", absent: true }];
  const list = positional(parameters, (...values) => values);
  assert.deepEqual(list({ a: 1 }), [1, 2, undefined]);
  assert.deepEqual(list({ a: null, b: 3, c: null }), [null, 3, undefined]);
  const object = named(parameters, ({ a, b, c = "own" }) => [a, b, c]);
  assert.deepEqual(object({ a: 1, c: null }), [1, 2, "own"]);
  assert.deepEqual(positional([{ name: "toString" }], (value) => value)({}), undefined);
});

test("two tools of one name, and one without a schema, are refused", () => {
  assert.throws(() => provider([tool(() => {}), tool(() => {})]), /two tools have the name `try_it`/);
  assert.throws(() => defineTool({ name: "a", description: "b" }, () => {}), /needs `inputSchema`/);
});

test("a typed tool's errors are plain values, and its names those of the engine", () => {
  class Resource {}
  const own = {
    unit: "metre",
    Resource,
    to_foot() {
      return this.unit;
    },
    refuse() {
      throw ToolError.invalidInput("no");
    },
    throwPlain() {
      throw "own-error";
    },
    crash() {
      throw new TypeError("oh");
    },
  };
  const guarded = plainErrors(own);
  assert.equal(guarded.toFoot(), "metre");
  assert.equal(guarded.Resource, Resource);
  assert.throws(() => guarded.refuse(), { tag: "invalid-input", val: "no" });
  assert.throws(() => guarded.throwPlain(), (error) => error === "own-error");
  assert.throws(() => guarded.crash(), { tag: "failed", val: "oh" });
  demand(own, "lengths", ["toFoot", "crash"]);
  assert.throws(() => demand(own, "lengths", ["toFoot", "toMile"]), /`lengths` has no function `toMile`/);
});
