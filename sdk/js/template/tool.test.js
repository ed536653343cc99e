// Runs on the machine itself: `npm test`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { {{snake}} } from "./tool.js";

test("the name is greeted without blanks around it", () => {
  assert.equal({{snake}}(" Ada "), "Hello, Ada!");
});

test("a name of blanks is refused", () => {
  assert.throws(() => {{snake}}(" \t"), { kind: "invalid-input" });
});
