// Runs on the machine itself: `npm test`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { greetings } from "./tool.js";

test("the name is greeted without blanks around it", () => {
  assert.equal(greetings.{{snake}}(" Ada "), "Hello, Ada!");
});

test("a name of blanks is refused", () => {
  assert.throws(() => greetings.{{snake}}(" \t"), { kind: "invalid-input" });
});
