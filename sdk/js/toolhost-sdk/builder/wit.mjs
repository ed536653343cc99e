// The WIT of a component: written for a provider, read for a typed tool.

import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { camel } from "../src/typed.js";
import { Problem } from "./problem.mjs";

const CONTRACT = fileURLToPath(new URL("../wit/tool.wit", import.meta.url));

/** Writes the world of a provider that imports what its code does; returns the world's name. */
export function writeProvider(folder, imports) {
  const lines = imports.map((name) => `  import ${name};\n`).join("");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "deps", "tool"), { recursive: true });
  copyFileSync(CONTRACT, join(folder, "deps", "tool", "tool.wit"));
  const world = `package toolhost:project;\n\nworld tool {\n${lines}  export toolhost:tool/provider@0.2.0;\n}\n`;
  writeFileSync(join(folder, "world.wit"), world);
  return "tool";
}

/** The project's own world: its name, and the exports that it demands. */
export function readTyped(folder, wanted) {
  const files = readdirSync(folder).filter((name) => name.endsWith(".wit"));
  const text = files.map((name) => readFileSync(join(folder, name), "utf8").replace(/\/\/.*|\/\*[^]*?\*\//g, "")).join("\n");
  const worlds = blocks(text, "world");
  if (wanted ? !worlds.has(wanted) : worlds.size !== 1) {
    const known = worlds.size > 0 ? [...worlds.keys()].map((name) => `\`${name}\``).join(", ") : "none";
    throw new Problem(`wit/ has these worlds: ${known}; name one in package.json as \`"toolhost": { "world": "…" }\``);
  }
  if (!existsSync(join(folder, "deps", "tool", "tool.wit"))) {
    throw new Problem("wit/deps/tool/tool.wit is missing; copy it from toolhost-sdk/wit/tool.wit");
  }
  const world = wanted ?? [...worlds.keys()][0];
  return { world, demands: demandsOf(worlds.get(world), blocks(text, "interface")) };
}

/** Each exported interface with its functions, as JavaScript names them; a function has none. */
function demandsOf(world, interfaces) {
  const exported = world.matchAll(/\bexport\s+(?:[\w-]+:[\w-]+\/)?%?([\w-]+)(?:@[\w.+-]+)?\s*([;:])/g);
  return [...exported].map(([, name]) => {
    // Resources are classes, which have functions of their own.
    const body = (interfaces.get(name) ?? "").replace(/\bresource\s+[^{;]*(\{[^}]*\}|;)/g, "");
    const functions = [...body.matchAll(/%?([\w-]+)\s*:\s*(?:async\s+)?func\b/g)];
    return { name: camel(name), functions: functions.map((found) => camel(found[1])) };
  });
}

/** The blocks of a kind, by name. */
function blocks(text, kind) {
  const found = new Map();
  for (const start of text.matchAll(new RegExp(`\\b${kind}\\s+%?([\\w-]+)\\s*\\{`, "g"))) {
    const from = start.index + start[0].length;
    let depth = 1;
    let to = from;
    while (depth > 0 && to < text.length) {
      depth += { "{": 1, "}": -1 }[text[to]] ?? 0;
      to += 1;
    }
    found.set(start[1], text.slice(from, to - 1));
  }
  return found;
}
