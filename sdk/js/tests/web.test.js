// The globals that QuickJS lacks.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import * as fake from "../toolhost-sdk/fake.js";
import { HttpError } from "../toolhost-sdk/index.js";
import { console } from "../toolhost-sdk/web/console.js";
import { crypto } from "../toolhost-sdk/web/crypto.js";
import { Date as OurDate, performance } from "../toolhost-sdk/web/date.js";
import { fetch, Headers } from "../toolhost-sdk/web/fetch.js";

beforeEach(() => fake.reset());

test("what is written to the console is logged", () => {
  const circle = {};
  circle.self = circle;
  console.log("a", 1, { b: [null] }, undefined, 2n);
  console.warn(circle);
  console.assert(1 > 2, "of numbers");
  console.assert(true);
  assert.deepEqual(fake.lines(), ['INFO a 1 {"b":[null]} undefined 2', "WARN [object Object]", "ERROR assertion failed of numbers"]);
  console.error(new TypeError("oh"));
  assert.match(fake.lines()[0], /^ERROR TypeError: oh\n\s+at /);
});

test("dates ask the host for the time and are the engine's otherwise", () => {
  fake.now(86_400_000);
  assert.equal(OurDate.now(), 86_400_000);
  assert.equal(new OurDate().toISOString(), "1970-01-02T00:00:00.000Z");
  assert.equal(new OurDate(0).getTime(), 0);
  assert.equal(new OurDate(2020, 0, 1).getFullYear(), 2020);
  assert.equal(OurDate.UTC(1970, 0, 1), 0);
  assert.equal(OurDate(), new Date(86_400_000).toString());
  assert.ok(new OurDate() instanceof OurDate && new OurDate() instanceof Date && new Date() instanceof OurDate);
  class Day extends OurDate {}
  assert.ok(new Day() instanceof Day);
  assert.equal(performance.now(), 86_400_000);
});

test("random values fill any array of bytes, and identifiers have their form", () => {
  const array = crypto.getRandomValues(new Uint32Array(4));
  assert.equal(new Set(array).size, 4);
  const [one, other] = [crypto.randomUUID(), crypto.randomUUID()];
  assert.match(one, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(one, other);
});

test("fetch answers as usual", async () => {
  fake.http((request) => {
    assert.equal(request.method, "PUT");
    assert.deepEqual(request.headers, [["x-a", "1, 2"]]);
    assert.deepEqual(request.body, Uint8Array.of(7));
    return { status: 404, headers: [["X-B", "3"]], body: '{"é": 1}' };
  });
  const headers = new Headers({ "X-A": 1 });
  headers.append("x-a", 2);
  const answer = await fetch("https://a.example/", { method: "put", headers, body: Uint8Array.of(7).buffer });
  assert.deepEqual([answer.ok, answer.status, answer.url], [false, 404, "https://a.example/"]);
  assert.equal(answer.headers.get("x-b"), "3");
  assert.equal(answer.headers.get("x-c"), null);
  assert.deepEqual(await answer.json(), { é: 1 });
  assert.equal(await answer.text(), '{"é": 1}');
  assert.equal((await answer.arrayBuffer()).byteLength, 9);
});

test("fetch fails with what the host said, and refuses what it cannot do", async () => {
  fake.http(() => {
    throw new HttpError("denied", "no grant");
  });
  await assert.rejects(fetch("https://a.example/"), (error) => {
    return error instanceof TypeError && error.message === "no grant" && error.cause.kind === "denied";
  });
  await assert.rejects(fetch("https://a.example/", { signal: null }), /takes no `signal`/);
  await assert.rejects(fetch("https://a.example/", { redirect: "follow" }), /redirects are not followed/);
  await assert.rejects(fetch("https://a.example/", { body: {} }), /`body` is a text/);
});
