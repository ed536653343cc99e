// What the interpreter answers, in Node.js: `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { base64, fromUtf8, toUtf8 } from "../bytes.js";
import { DEFINITION } from "../definition.js";
import { format, inspect, plain } from "../inspect.js";
import { seed } from "../random.js";
import { run } from "../run.js";

// The program's `console` and `require` are globals, and so are those of the tests.
const own = { console: globalThis.console, require: globalThis.require, random: Math.random };

function answer(code, files) {
  try {
    return run(code, files);
  } finally {
    Object.assign(globalThis, { console: own.console, require: own.require });
  }
}

test("the value is that of the last statement", () => {
  const { data, text } = answer("const x = 20;\nx + 1");
  assert.deepEqual([data.value, text], [21, "21"]);
});

test("printed text comes before the value, and errors have a stream of their own", () => {
  const { data, text } = answer("console.log('one', { a: 1 });\nconsole.error('%s %d', 'two', 2);\n'three'");
  assert.equal(data.stdout, "one { a: 1 }\n");
  assert.equal(data.stderr, "two 2\n");
  assert.equal(text, "one { a: 1 }\ntwo 2\n'three'");
});

test("a value that is no JSON is shown as a console shows it", () => {
  for (const code of ["new Map([[1, 2]])", "NaN", "2n ** 70n", "(function f() {})", "[undefined]"]) {
    assert.equal(answer(code).data.value, inspect((0, eval)(code)), code);
  }
});

test("plain objects, lists and dates are JSON", () => {
  assert.deepEqual(answer("({ a: [1, null, true], d: new Date(0) })").data.value, {
    a: [1, null, true],
    d: "1970-01-01T00:00:00.000Z",
  });
});

test("an object that holds itself is shown and not followed", () => {
  assert.equal(answer("const o = {}; o.o = o; o").data.value, "{ o: [Circular] }");
});

test("an error comes with its line and what was printed before", () => {
  const { data } = answer("console.log('before');\nfunction f(x) {\n  return x.y.z;\n}\nf({})");
  assert.equal(data.stdout, "before\n");
  assert.deepEqual([data.error.type, data.error.line], ["TypeError", 3]);
  assert.match(data.error.traceback, /line 3, column \d+: return x\.y\.z;\n.*line 5/);
  assert.doesNotMatch(data.error.traceback, /run\.js/);
});

test("what is thrown need not be an error", () => {
  const { error } = answer("throw { a: 1 }").data;
  assert.deepEqual([error.type, error.message, error.line], ["Thrown", "{ a: 1 }", null]);
});

test("what is not there is an error that says what to do", () => {
  const cases = [
    ["await 1", "promises are never settled"],
    ["Promise.resolve(1)", "promises are never settled"],
    ['import fs from "fs"', 'require("fs")'],
    ['require("http")', 'require("fs")'],
  ];
  for (const [code, words] of cases) {
    const { error } = answer(code).data;
    assert.ok(error?.message.includes(words), `${code}: ${error?.message}`);
  }
});

test("the code sees nothing of the interpreter", () => {
  assert.equal(answer("[typeof stdout, typeof files, typeof Printed].join()").data.value, "undefined,undefined,undefined");
});

test("given files are read, and written ones returned", () => {
  const code = 'const fs = require("fs"); fs.writeFileSync("b", fs.readFileSync("a", "utf8").toUpperCase()); fs.readdirSync()';
  const { data, text } = answer(code, { a: "é\n" });
  assert.deepEqual([data.files, data.value], [{ b: "É\n" }, ["a", "b"]]);
  assert.match(text, /\[files written: b\]$/);
});

test("a file that is no text goes both ways in base64", () => {
  const code = 'const fs = require("fs"); fs.appendFileSync("a", [1]); fs.readFileSync("a").length';
  const { data } = answer(code, { a: { base64: "AP8=" } });
  assert.deepEqual([data.value, data.files], [3, { a: { base64: "AP8B" } }]);
});

test("a file of the system is not there", () => {
  const { error } = answer('require("fs").readFileSync("/etc/hostname")').data;
  assert.match(error.message, /^ENOENT: .*only the `files` of this call/);
});

test("files with a broken name or broken base64 are refused", () => {
  for (const files of [{ "..": "" }, { a: { base64: "?" } }]) {
    assert.throws(() => answer("1", files), RangeError);
  }
});

test("large files are left out by name and size", () => {
  const { data } = answer('require("fs").writeFileSync("big", "x".repeat(300000))');
  assert.deepEqual([data.files, data.files_left_out], [{}, { big: 300000 }]);
});

test("a flood of lines keeps its start and its end", () => {
  const { stdout } = answer("for (let i = 0; i < 50000; i++) console.log(i)").data;
  assert.ok(stdout.length < 61000 && stdout.startsWith("0\n1\n") && stdout.endsWith("\n49999\n"), stdout.length);
  assert.match(stdout, /… 2\d{5} characters left out …/);
});

test("UTF-8 goes both ways as the platform's own encoder does it", () => {
  for (const text of ["", "aé€😀\0", "\ud800x"]) {
    assert.deepEqual([...toUtf8(text)], [...new TextEncoder().encode(text)]);
  }
  for (const bytes of [[0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82], [0xff]]) {
    assert.equal(fromUtf8(bytes, true), undefined, String(bytes));
    assert.match(fromUtf8(bytes), /\ufffd/);
  }
  assert.equal(fromUtf8(new TextEncoder().encode("aé€😀"), true), "aé€😀");
});

test("base64 goes both ways as the platform's own does it", () => {
  for (const text of ["", "a", "ab", "abc", "\xff\xfe\x00"]) {
    const bytes = [...text].map((c) => c.charCodeAt(0));
    assert.equal(base64.encode(bytes), btoa(text));
    assert.deepEqual([...base64.decode(btoa(text))], bytes);
  }
  assert.equal(base64.decode("a"), undefined);
});

test("a console's format is that of Node.js", () => {
  assert.equal(format("%s %i %f %j %%", "a", "1.9", "1.5", { a: 1 }, "rest"), 'a 1 1.5 {"a":1} % rest');
  assert.equal(inspect([[], {}, "it's", -0, new Set([1])]), `[ [], {}, "it's", -0, Set(1) { 1 } ]`);
  assert.equal(inspect(new (class Point { x = 1; })()), "Point { x: 1 }");
});

test("JSON is refused where it would lose something", () => {
  for (const value of [undefined, [undefined], { f() {} }, Infinity, 1n, new Map(), Symbol("s")]) {
    assert.equal(plain(value), undefined);
  }
});

test("random numbers follow from the seed and are spread evenly", () => {
  try {
    const draw = () => Array.from({ length: 4000 }, Math.random);
    const bytes = Array.from({ length: 16 }, (_, i) => i * 7 + 1);
    seed(bytes);
    const first = draw();
    seed(bytes);
    assert.deepEqual(draw(), first);
    seed(bytes.reverse());
    assert.notDeepEqual(draw(), first);
    const mean = first.reduce((a, b) => a + b) / first.length;
    assert.ok(Math.abs(mean - 0.5) < 0.03 && Math.min(...first) >= 0 && Math.max(...first) < 1, mean);
  } finally {
    Math.random = own.random;
  }
});

test("the outcome has the fields of its schema", () => {
  assert.deepEqual(Object.keys(answer("1").data), JSON.parse(DEFINITION.outputSchema).required);
});
