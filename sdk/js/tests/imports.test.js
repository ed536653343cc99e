// What a tool may import, with the stand-ins of tests behind it.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import * as fake from "../toolhost-sdk/fake.js";
import { clock, config, http, HttpError, log, progress, random } from "../toolhost-sdk/index.js";

beforeEach(() => fake.reset());

test("lines and progress are kept in their order and taken once", () => {
  log.debug("for the author");
  log.warn(`${3} rows were skipped`);
  progress.report(3, 10, "reading pages");
  progress.report(0.5);
  const lines = ["DEBUG for the author", "WARN 3 rows were skipped", "PROGRESS 3 of 10: reading pages", "PROGRESS 0.5"];
  assert.deepEqual(fake.lines(), lines);
  assert.deepEqual(fake.lines(), []);
});

test("the time is the one that was set", () => {
  assert.equal(clock.now(), 0);
  fake.now(1_000);
  assert.equal(clock.now(), 1_000);
});

test("random bytes differ, are the same in every test, and may be many", () => {
  const drawn = random.bytes(200_000);
  assert.equal(drawn.length, 200_000);
  assert.equal(new Set(drawn).size, 256);
  fake.reset();
  assert.deepEqual(random.bytes(20), drawn.slice(0, 20));
  for (let round = 0; round < 1000; round += 1) {
    const number = random.number();
    assert.ok(number >= 0 && number < 1);
  }
});

test("a key that is missing says what the operator has to set", () => {
  assert.equal(config.get("region"), undefined);
  assert.throws(() => config.require("region"), { kind: "failed", message: "`region` is not set; set it under `grants.config`" });
  fake.config({ region: "eu" });
  assert.equal(config.require("region"), "eu");
  assert.deepEqual(config.all(), { region: "eu" });
});

test("a request is sent as it was written", () => {
  fake.http((request) => {
    assert.deepEqual(request, {
      method: "POST",
      url: "https://api.example.com/v1/items",
      headers: [
        ["accept", "application/json"],
        ["content-type", "application/json"],
      ],
      body: new TextEncoder().encode('["é"]'),
      timeoutMs: 2000,
    });
    return { status: 201, headers: { "Content-Type": "application/json" }, body: "[1, 2]" };
  });
  const answer = http.fetch("https://api.example.com/v1/items", {
    method: "POST",
    headers: { accept: "application/json" },
    json: ["é"],
    timeoutMs: 2000,
  });
  assert.deepEqual(answer.successful().json(), [1, 2]);
  assert.equal(answer.header("CONTENT-type"), "application/json");
  assert.equal(answer.header("etag"), undefined);
});

test("why nothing came back is told, and no server is no answer", () => {
  assert.throws(() => http.get("https://a.example/"), { name: "HttpError", kind: "denied", message: "no `fake.http` is set" });
  fake.http(() => {
    throw new HttpError("timeout", "no answer in 2 s");
  });
  assert.throws(() => http.get("https://a.example/"), { kind: "timeout", message: "no answer in 2 s" });
});

test("a fault of the test's own server stays what it is", () => {
  fake.http(() => assert.fail("not asked for"));
  assert.throws(() => http.get("https://a.example/"), assert.AssertionError);
});

test("statuses other than 200 to 299 are errors where success is asked for", () => {
  for (const [status, kind] of [[404, "not-found"], [410, "not-found"], [302, "failed"], [500, "failed"], [199, "failed"]]) {
    fake.http(() => ({ status }));
    assert.throws(() => http.get("https://a.example/").successful(), { kind, message: `the server answered with status ${status}` });
  }
});

test("an answer that is no JSON does not fit", () => {
  fake.http(() => ({ body: "<html>" }));
  assert.throws(() => http.get("https://a.example/").json(), { kind: "failed", message: /^the server's answer does not fit: / });
});
