// UTF-8 of our own, beside that of the machine.

import assert from "node:assert/strict";
import { test } from "node:test";

import { utf8 } from "../toolhost-sdk/index.js";
import { TextDecoder as OurDecoder, TextEncoder as OurEncoder } from "../toolhost-sdk/web/encoding.js";

/** Numbers below `bound`, the same in every run. */
function draws(seed) {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % bound;
  };
}

test("texts are encoded as the machine does, lone surrogates too", () => {
  const draw = draws(1);
  const kinds = [() => draw(0x80), () => draw(0x800), () => 0xd800 + draw(0x800), () => draw(0x10000), () => 0x10000 + draw(0x100000)];
  for (let round = 0; round < 2000; round += 1) {
    const text = Array.from({ length: draw(12) }, () => String.fromCodePoint(kinds[draw(kinds.length)]())).join("");
    assert.deepEqual(utf8.encode(text), new TextEncoder().encode(text));
  }
});

test("bytes are decoded as the machine does, and faults are found where it finds them", () => {
  const draw = draws(2);
  const edges = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff];
  const theirs = new TextDecoder("utf-8", { ignoreBOM: true });
  const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
  for (let round = 0; round < 5000; round += 1) {
    const bytes = Uint8Array.from({ length: draw(8) }, () => (draw(4) ? edges[draw(edges.length)] : draw(256)));
    const expected = theirs.decode(bytes);
    assert.equal(utf8.decode(bytes), expected, `${bytes}`);
    const fault = (run) => {
      try {
        return run();
      } catch (error) {
        return error.name;
      }
    };
    assert.equal(fault(() => utf8.decodeStrictly(bytes)), fault(() => strict.decode(bytes)), `${bytes}`);
  }
});

test("long texts go there and back", () => {
  const text = "aé🎉".repeat(20000);
  assert.equal(utf8.decode(utf8.encode(text)), text);
  assert.equal(utf8.decode(Uint8Array.from([...utf8.encode(text), 0xff])), `${text}\ufffd`);
});

test("the usual classes are there, and say what they cannot do", () => {
  const bytes = new OurEncoder().encode("\ufeffé");
  assert.equal(new OurDecoder().decode(bytes), "é");
  assert.equal(new OurDecoder("utf8", { ignoreBOM: true }).decode(bytes.buffer), "\ufeffé");
  assert.throws(() => new OurDecoder("latin1"), /no encoding that is known/);
  assert.throws(() => new OurDecoder("utf-8", { fatal: true }).decode(Uint8Array.of(0xff)), TypeError);
});
