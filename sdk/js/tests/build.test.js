// Definitions out of types and doc comments, and the code that a component is made of.
//
// Needs the packages of the build, in a `node_modules` above or on the PATH.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { bundle, provider, typed } from "../toolhost-sdk/builder/bundle.mjs";
import { load } from "../toolhost-sdk/builder/toolchain.mjs";
import { snake, toolsOf } from "../toolhost-sdk/builder/tools.mjs";
import { readTyped } from "../toolhost-sdk/builder/wit.mjs";

const SDK = fileURLToPath(new URL("../toolhost-sdk/", import.meta.url));
const GLOBALS = [join(SDK, "globals.d.ts")];

const project = mkdtempSync(join(tmpdir(), "toolhost-sdk-"));
after(() => rmSync(project, { recursive: true }));

const ts = await load("typescript", project);
const esbuild = await load("esbuild", project);

function write(name, source) {
  const file = join(project, name);
  writeFileSync(file, source.replaceAll('"toolhost-sdk"', JSON.stringify(join(SDK, "index.js"))));
  return file;
}

const read = (name, source) => toolsOf(ts, project, write(name, source), { engine: "quickjs", globals: GLOBALS });

/** The input schema of the only tool. */
function input(name, source) {
  const [tool, ...more] = read(name, source);
  assert.equal(more.length, 0);
  return JSON.parse(tool.definition.inputSchema);
}

/** The schema of a type of TypeScript, as a parameter. */
function typeSchema(type, before = "") {
  const schema = input("tool.ts", `${before}\n/** Tries. */\nexport function tryIt(a: ${type}): void {}`);
  return schema.properties.a;
}

test("JSDoc and types of TypeScript give the same definition", () => {
  const js = read(
    "tool.js",
    `/**
      * Repeats a text.
      *
      * It is a test.
      * @param {string} text What to repeat. @minLength 1
      * @param {number} [times=2] How often.
      * @integer
      * @minimum 1
      * @maximum 9
      * @param {"lower" | "upper"} [letters] Which letters.
      * @readOnly
      * @openWorld false
      * @title Repeat
      */
     export function repeatText(text, times, letters) { return text.repeat(times); }`,
  );
  const typescript = read(
    "tool.ts",
    `/**
      * Repeats a text.
      *
      * It is a test.
      * @param text - What to repeat. @minLength 1
      * @param times - How often. @integer @minimum 1 @maximum 9
      * @param letters - Which letters.
      * @readOnly
      * @openWorld false
      * @title Repeat
      */
     export const repeatText = (text: string, times = 2, letters?: "lower" | "upper"): string => text.repeat(times);`,
  );
  const { inputSchema, ...rest } = js[0].definition;
  assert.deepEqual(rest, {
    name: "repeat_text",
    title: "Repeat",
    description: "Repeats a text.\n\nIt is a test.",
    outputSchema: undefined,
    readOnly: true,
    openWorld: false,
  });
  assert.deepEqual(JSON.parse(inputSchema), {
    type: "object",
    properties: {
      text: { description: "What to repeat.", type: "string", minLength: 1 },
      times: { description: "How often.", type: "integer", default: 2, minimum: 1, maximum: 9 },
      letters: { description: "Which letters.", anyOf: [{ type: "string", enum: ["lower", "upper"] }, { type: "null" }] },
    },
    required: ["text"],
    additionalProperties: false,
  });
  assert.deepEqual(JSON.parse(typescript[0].definition.inputSchema), JSON.parse(inputSchema));
  assert.deepEqual(typescript[0].definition.readOnly, true);
  assert.deepEqual(js[0].parameters, [
    { name: "text", absent: undefined, fallback: undefined },
    { name: "times", absent: undefined, fallback: 2 },
    { name: "letters", absent: true, fallback: undefined },
  ]);
});

test("an only parameter that is a pattern is named arguments", () => {
  const js = read(
    "tool.js",
    `/**
      * Asks.
      * @param {object} args
      * @param {string} args.city Which city. @pattern ^[A-Z]
      * @param {number} [args.days=3] How many days. @integer
      */
     export function ask({ city, days }) {}`,
  );
  const typescript = read(
    "tool.ts",
    `/** Asks. */
     export function ask({ city, days = 3 }: {
       /**
        * Which city.
        * @pattern ^[A-Z]
        */
       city: string;
       /** How many days. @integer */
       days?: number;
     }) {}`,
  );
  const expected = {
    type: "object",
    properties: {
      city: { description: "Which city.", type: "string", pattern: "^[A-Z]" },
      days: { description: "How many days.", type: "integer", default: 3 },
    },
    required: ["city"],
    additionalProperties: false,
  };
  for (const [tool] of [js, typescript]) {
    assert.equal(tool.named, true);
    assert.deepEqual(JSON.parse(tool.definition.inputSchema), expected);
  }
});

test("types have the schema of their JSON", () => {
  const cases = [
    ["string", { type: "string" }],
    ["boolean", { type: "boolean" }],
    ["number[]", { type: "array", items: { type: "number" } }],
    ["readonly string[]", { type: "array", items: { type: "string" } }],
    ["[string, number]", { type: "array", prefixItems: [{ type: "string" }, { type: "number" }], minItems: 2, maxItems: 2 }],
    ["Record<string, boolean>", { type: "object", properties: {}, additionalProperties: { type: "boolean" } }],
    ["string | null", { type: ["string", "null"] }],
    ["1 | 2", { type: "number", enum: [1, 2] }],
    ["'a' | 1", { enum: ["a", 1] }],
    ["'a' | null", { anyOf: [{ const: "a" }, { type: "null" }].map((part) => (part.const ? { type: "string", enum: ["a"] } : part)) }],
    ["string | number", { anyOf: [{ type: "string" }, { type: "number" }] }],
    ["boolean | string", { anyOf: [{ type: "boolean" }, { type: "string" }] }],
    ["unknown", {}],
    ["object", { type: "object" }],
    ["Partial<{ x: string }>", { type: "object", properties: { x: { type: "string" } }, additionalProperties: false }],
    [
      "{ x: 1 } & { y?: string }",
      { type: "object", properties: { x: { const: 1 }, y: { type: "string" } }, required: ["x"], additionalProperties: false },
    ],
  ];
  for (const [type, expected] of cases) {
    assert.deepEqual(typeSchema(type), expected, type);
  }
  assert.deepEqual(typeSchema("Unit", "enum Unit { Metre = 'm', Foot = 'ft' }"), { type: "string", enum: ["m", "ft"] });
  const point = "/** A point. */ interface Point {\n/** To the right. @minimum 0 */\nx: number; label?: string }";
  assert.deepEqual(typeSchema("Point", point), {
    type: "object",
    properties: { x: { description: "To the right.", type: "number", minimum: 0 }, label: { type: "string" } },
    required: ["x"],
    additionalProperties: false,
  });
});

test("typedefs of JSDoc are types too", () => {
  const schema = input(
    "tool.js",
    `/** @typedef {"celsius" | "fahrenheit"} Unit */
     /**
      * @typedef {object} Place
      * @property {string} city Which city. @minLength 1
      * @property {Unit} [unit] In what.
      */
     /**
      * Asks.
      * @param {Place[]} places Where.
      */
     export function ask(places) {}`,
  );
  assert.deepEqual(schema.properties.places.items, {
    type: "object",
    properties: {
      city: { description: "Which city.", type: "string", minLength: 1 },
      unit: { description: "In what.", type: "string", enum: ["celsius", "fahrenheit"] },
    },
    required: ["city"],
    additionalProperties: false,
  });
});

test("what has no schema is refused, with what to do about it", () => {
  const cases = [
    ["tool.js", "/** A. */ export function a(b) {}", /tool\.js:1: `a`: parameter `b` has no type; give it one/],
    ["tool.js", "/** A. */ export function a({ b }) {}", /`a`: parameter `b` has no type|has no types for its arguments/],
    ["tool.ts", "/** A. */ export function a(b: Date) {}", /parameter `b` has the type `Date`, which JSON does not have/],
    ["tool.ts", "/** A. */ export function a(b: Map<string, string>) {}", /`Map<string, string>`/],
    ["tool.ts", "/** A. */ export function a(b: bigint) {}", /`bigint`/],
    ["tool.ts", "/** A. */ export function a(b: () => void) {}", /`\(\) => void`/],
    ["tool.ts", "/** A. */ export function a(b: { c: symbol }) {}", /`c` of .*parameter `b` has the type `symbol`/],
    ["tool.ts", "/** A. */ export function a(b: string | undefined) {}", /may be `undefined`/],
    ["tool.ts", "interface T { next?: T }\n/** A. */ export function a(b: T) {}", /the type `T` contains itself/],
    ["tool.ts", "/** A. */ export function a(...b: string[]) {}", /no list of the rest/],
    ["tool.ts", "/** A. */ export function a<T>(b: T) {}", /overloaded or generic/],
    ["tool.ts", "export function a(b: string) {}", /`a` says not what it does/],
    ["tool.ts", "/** A. */ export default function (b: string) {}", /has no name/],
    ["tool.ts", "export const limit = 5;", /exports no tool/],
    ["tool.ts", "/** A. */ export function a(b: string): number { return b; }", /tool\.ts\(1,\d+\): error TS2322/],
    ["tool.ts", "/** A. @param b B. @minLength many */ export function a(b: string) {}", /`@minLength` needs a number, not `many`/],
    ["tool.ts", "/** A.\n * @param b B. @integer */ export function a(b: string) {}", /`@integer` stands at a number/],
    ["tool.ts", "/** A.\n * @readOnly perhaps */ export function a(b: string) {}", /`@readOnly` is `true` or `false`/],
    ["tool.js", "/** A. */ export function a(", /error TS/],
  ];
  for (const [name, source, expected] of cases) {
    assert.throws(() => read(name, source), { message: expected }, source);
  }
});

test("results that are data have a schema, texts and content have none", () => {
  const output = (type) => {
    const [tool] = read("tool.ts", `import { Content } from "toolhost-sdk";\n/** A. */\nexport declare function a(): ${type};`);
    return [tool.definition.outputSchema && JSON.parse(tool.definition.outputSchema), tool.rich];
  };
  assert.deepEqual(output("string"), [undefined, undefined]);
  assert.deepEqual(output("Promise<'a' | 'b'>"), [undefined, undefined]);
  assert.deepEqual(output("void"), [undefined, undefined]);
  assert.deepEqual(output("unknown"), [undefined, undefined]);
  assert.deepEqual(output("Map<string, string>"), [undefined, undefined]);
  assert.deepEqual(output("Content"), [undefined, true]);
  assert.deepEqual(output("Promise<Content[]>"), [undefined, true]);
  assert.deepEqual(output("Promise<{ sum: number }>"), [
    { type: "object", properties: { sum: { type: "number" } }, required: ["sum"] },
    undefined,
  ]);
});

test("tools of other files and of defineTool are found, and internal functions are not", () => {
  write("more.js", "/** Tells more.\n * @name tell_more */\nexport function more() {}");
  const tools = read(
    "tool.js",
    `import { defineTool } from "toolhost-sdk";
     export { more } from "./more.js";
     export const byHand = defineTool({ name: "by_hand", description: "By hand.", inputSchema: { type: "object" } }, () => "");
     /** @internal */
     export function parse(text) {}
     export class Parser {}
     export const limit = 5;`,
  );
  assert.deepEqual(tools.map((tool) => [tool.export, tool.definition?.name]), [["more", "tell_more"], ["byHand", undefined]]);
});

test("names become snake_case", () => {
  assert.equal(snake("getWeather"), "get_weather");
  assert.equal(snake("parseURLPath"), "parse_url_path");
  assert.equal(snake("http2Get"), "http2_get");
  assert.equal(snake("get_weather"), "get_weather");
});

/** The code of a provider and what it imports. */
function bundled(source) {
  const file = write("tool.js", source);
  const tools = toolsOf(ts, project, file, { engine: "quickjs", globals: GLOBALS });
  return bundle(esbuild, { project, engine: "quickjs", entry: provider(tools, file) });
}

const interfaces = async (body, before = "") => {
  const { imports } = await bundled(`${before}\n/** A. */\nexport function a() { ${body} }`);
  return imports.map((name) => /^toolhost:tool\/(\w+)@0\.2\.0$/.exec(name)[1]);
};

test("a component imports what its code uses, and the log for uncaught errors", async () => {
  assert.deepEqual(await interfaces("return 'a'"), ["log"]);
  assert.deepEqual(await interfaces("return config.get('a')", 'import { config, http } from "toolhost-sdk";'), ["config", "log"]);
  assert.deepEqual(await interfaces("progress.report(1)", 'import * as sdk from "toolhost-sdk"; const { progress } = sdk;').then((all) => all.includes("progress")), true);
});

test("globals that QuickJS lacks are put in where they are used", async () => {
  assert.deepEqual(await interfaces("console.log(1)"), ["log"]);
  assert.deepEqual(await interfaces("return new Date().toISOString()"), ["clock", "log"]);
  assert.deepEqual(await interfaces("return Math.random()"), ["log", "random"]);
  assert.deepEqual(await interfaces("return crypto.randomUUID()"), ["log", "random"]);
  assert.deepEqual(await interfaces("return Math.max(1, 2)"), ["log"]);
  assert.deepEqual(await interfaces("return fetch('https://a.example/').then((page) => page.text())"), ["http", "log"]);
});

test("what is async waits for promises of our own, and nothing else carries them", async () => {
  const async = await bundled("/** A. */ export async function a() { for await (const b of [1]) await b; return 'a'; }");
  assert.doesNotMatch(async.code, /\basync\b|\bawait\b/);
  assert.match(async.code, /globalThis\.Promise =/);
  assert.ok(async.code.indexOf("globalThis.Promise =") < async.code.indexOf("function a("));
  const sync = await bundled("/** A. */ export function a() { return 'a'; }");
  assert.doesNotMatch(sync.code, /Promise/);
});

test("modules of Node.js, missing ones and await at the top are refused", async () => {
  const a = "\n/** A. */ export function a() {}";
  await assert.rejects(bundled(`import "node:fs"; ${a}`), { message: /tool\.js:1: `node:fs` is of Node\.js/ });
  await assert.rejects(bundled(`import "fs/promises"; ${a}`), { message: /is of Node\.js/ });
  await assert.rejects(bundled(`import "./missing.js"; ${a}`), { message: /Could not resolve/ });
  await assert.rejects(bundled(`await 1; ${a}`), { message: /[Tt]op-level await/ });
});

test("a typed tool exports what its file does, and must have what its world demands", async () => {
  const file = write("tool.js", 'import { now } from "acme:clock/clock@1.0.0";\nexport const my_lengths = { to_foot() { return now(); } };\nexport function add2() {}');
  const make = async (demands) => bundle(esbuild, { project, engine: "quickjs", entry: await typed(esbuild, { project, file, demands }) });
  const { code, imports } = await make([{ name: "myLengths", functions: ["toFoot"] }]);
  assert.match(code, /export \{\s+add2\d* as add2,\s+myLengths\s+\}/);
  assert.match(code, /demand\(my_lengths, "myLengths", \["toFoot"\]\)/);
  assert.deepEqual(imports, ["acme:clock/clock@1.0.0"]);
  await assert.rejects(make([{ name: "widths", functions: [] }]), { message: /tool\.js does not export `widths`/ });
});

test("the world of a typed tool is the only one, or the one that is named", () => {
  const folder = mkdtempSync(join(project, "wit-"));
  const first = `package a:b@1.0.0;
    // world not-this {
    interface my-lengths {
      record pair { left: f64 }
      resource thing { use-it: func(); }
      %to-foot: func(value: f64) -> f64;
      later: async func();
    }
    world first { import a:c/clock@1.0.0; export my-lengths; export other:pkg/far@0.1.0; export add-2: func() -> u8; }`;
  writeFileSync(join(folder, "a.wit"), first);
  assert.throws(() => readTyped(folder), { message: /wit\/deps\/tool\/tool\.wit is missing/ });
  mkdirSync(join(folder, "deps", "tool"), { recursive: true });
  writeFileSync(join(folder, "deps", "tool", "tool.wit"), "");
  assert.deepEqual(readTyped(folder), {
    world: "first",
    demands: [
      { name: "myLengths", functions: ["toFoot", "later"] },
      { name: "far", functions: [] },
      { name: "add2", functions: [] },
    ],
  });
  writeFileSync(join(folder, "b.wit"), "world second { }");
  assert.throws(() => readTyped(folder), { message: /these worlds: `first`, `second`; name one in package\.json/ });
  assert.throws(() => readTyped(folder, "third"), { message: /these worlds/ });
  assert.equal(readTyped(folder, "second").world, "second");
});
