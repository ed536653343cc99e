// Runs on the machine itself: `node --test tool.test.js`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { hello } from "./tool.js";

test("the name is greeted without blanks around it", () => {
  assert.equal(hello(" Ada "), "Hello, Ada!");
});

test("a name of blanks is refused", () => {
  assert.throws(() => hello(" \t"), { kind: "invalid-input" });
});
