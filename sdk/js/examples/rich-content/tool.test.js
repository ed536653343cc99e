// Runs on the machine itself: `node --test tool.test.js`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Content } from "./toolhost-sdk/index.js";
import { adler32, crc32, square } from "./png.js";
import { showColour } from "./tool.js";

test("every kind of content is there", () => {
  const contents = showColour("#FF8800");
  assert.equal(contents.length, 5);
  assert.deepEqual(contents[0], Content.text("The colour #ff8800."));
  assert.deepEqual(contents[4], Content.json({ red: 255, green: 136, blue: 0 }));
});

test("what is no colour is refused", () => {
  for (const hex of ["", "ff880", "#ff88000", "+f8800", "ggg000", "ff88é"]) {
    assert.throws(() => showColour(hex), { kind: "invalid-input" }, hex);
  }
});

test("sums are those of the standards", () => {
  const bytes = (text) => new TextEncoder().encode(text);
  assert.equal(crc32(bytes("123456789")), 0xcbf43926);
  assert.equal(adler32(bytes("Wikipedia")), 0x11e60398);
});

test("sizes are bounded", () => {
  assert.equal(square(0, [0, 0, 0]).length, square(1, [0, 0, 0]).length);
  assert.equal(square(255, [0, 0, 0]).length, square(100, [0, 0, 0]).length);
  assert.ok(square(100, [0, 0, 0]).length > 30000);
});
