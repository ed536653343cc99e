// Runs on the machine itself: `node --test tool.test.js`.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as fake from "./toolhost-sdk/fake.js";
import { greet } from "./tool.js";

function answer(status, body) {
  fake.http(({ url, headers }) => {
    assert.equal(url, "https://a.example/v1/account");
    assert.deepEqual(headers, [], "the token is the host's to add");
    return { status, body };
  });
}

test("greeting and account come from outside", () => {
  fake.config({ greeting: "Good day", service: "https://a.example" });
  answer(200, '{"account": "acme", "since": 1999}');
  assert.equal(greet("Ada"), "Good day, Ada! The service knows us as acme.");
});

test("what is missing is named", () => {
  fake.reset();
  assert.throws(() => greet("Ada"), /`service`/);
  fake.config({ service: "https://a.example" });
  answer(401, "");
  assert.throws(() => greet("Ada"), /grants\.secrets/);
  for (const body of ["[]", "{", ""]) {
    answer(200, body);
    assert.throws(() => greet("Ada"), /does not fit/);
  }
});
