#!/usr/bin/env node
// Builds the project of a tool: `node toolhost-sdk/build.mjs --out build/NAME.wasm`.
//
//   --project DIR   the project, if it is not the current folder
//   --out FILE      the component to write; the code it is made of is written beside it
//   --list          print the definitions of the tools as JSON, and build nothing
//   --help          print this
//
// Nothing is printed unless something is wrong; then the exit code is 1.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { bundle, provider, typed } from "./builder/bundle.mjs";
import { componentize } from "./builder/engines.mjs";
import { Problem } from "./builder/problem.mjs";
import { load } from "./builder/toolchain.mjs";
import { toolsOf } from "./builder/tools.mjs";
import { readTyped, writeProvider } from "./builder/wit.mjs";

const ENGINES = ["quickjs", "starlingmonkey"];

try {
  await main(parseArguments());
} catch (error) {
  console.error(error instanceof Problem ? `error: ${error.message}` : error);
  process.exit(1);
}

function parseArguments() {
  const options = { project: { type: "string", default: "." }, out: { type: "string" }, list: { type: "boolean" }, help: { type: "boolean" } };
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new Problem(error.message);
  }
}

async function main({ project, out, list, help }) {
  if (help || !(out || list)) {
    const own = readFileSync(fileURLToPath(import.meta.url), "utf8");
    const lines = own.split("\n").slice(1, 8).map((line) => line.replace(/^\/\/ ?/, ""));
    console.log(lines.join("\n"));
    return;
  }
  const folder = resolve(project);
  const settings = readSettings(folder);
  const file = ["tool.ts", "tool.js"].map((name) => join(folder, name)).find(existsSync);
  if (!file) {
    throw new Problem("there is neither `tool.ts` nor `tool.js`; write one, or give the folder with `--project`");
  }
  const isTyped = existsSync(join(folder, "wit"));
  if (isTyped && list) {
    throw new Problem("the tools of a typed project are what `wit/` says; there is nothing to list");
  }
  if (isTyped) {
    await buildTyped(folder, file, resolve(out), settings);
  } else {
    await buildProvider(folder, file, out && resolve(out), { list, ...settings });
  }
}

/** What `toolhost` in package.json says. */
function readSettings(folder) {
  const path = join(folder, "package.json");
  let all = {};
  try {
    all = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  } catch (error) {
    throw new Problem(`package.json: ${error.message}`);
  }
  const { engine = "quickjs", world, ...rest } = all.toolhost ?? {};
  const unknown = Object.keys(rest);
  if (unknown.length > 0) {
    throw new Problem(`package.json: \`toolhost.${unknown[0]}\` is unknown; known are \`engine\` and \`world\``);
  }
  if (!ENGINES.includes(engine)) {
    throw new Problem(`package.json: \`toolhost.engine\` is \`quickjs\` or \`starlingmonkey\`, not \`${engine}\``);
  }
  return { engine, world };
}

async function buildProvider(project, file, out, { engine, list }) {
  const ts = await load("typescript", project);
  const globals = engine === "quickjs" ? [fileURLToPath(new URL("globals.d.ts", import.meta.url))] : [];
  const tools = toolsOf(ts, project, file, { engine, globals });
  if (list) {
    console.log(JSON.stringify(tools.map(describe), null, 2));
    return;
  }
  const esbuild = await load("esbuild", project);
  const { code, imports } = await bundle(esbuild, { project, engine, entry: provider(tools, file) });
  const wit = join(dirname(out), "wit");
  const world = writeProvider(wit, imports);
  await write({ project, engine, code, wit, world, out });
}

async function buildTyped(project, file, out, { engine, world: wanted }) {
  const wit = join(project, "wit");
  const { world, demands } = readTyped(wit, wanted);
  const esbuild = await load("esbuild", project);
  const entry = await typed(esbuild, { project, file, demands });
  const { code } = await bundle(esbuild, { project, engine, entry });
  await write({ project, engine, code, wit, world, out });
}

async function write({ project, engine, code, wit, world, out }) {
  mkdirSync(dirname(out), { recursive: true });
  const bundled = out.replace(/(\.wasm)?$/, ".bundle.js");
  writeFileSync(bundled, code);
  const component = await componentize(engine, { project, code, bundled, wit, world });
  writeFileSync(out, component);
}

function describe({ export: name, definition }) {
  if (!definition) {
    return { export: name, from: "defineTool" };
  }
  const { inputSchema, outputSchema, ...rest } = definition;
  return { export: name, ...rest, inputSchema: JSON.parse(inputSchema), ...(outputSchema && { outputSchema: JSON.parse(outputSchema) }) };
}
