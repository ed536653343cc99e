// Bundles a project into one module that only imports interfaces of the host.

import { builtinModules } from "node:module";
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { camel } from "../src/typed.js";
import { Problem } from "./problem.mjs";

const SDK = fileURLToPath(new URL("..", import.meta.url));

/** An interface of WIT, such as `toolhost:tool/log@0.2.0`. */
const INTERFACE = /^[a-z][\w-]*:[a-z][\w-]*\/[a-z][\w-]*(@.*)?$/;

/** QuickJS in a component without async cannot wait, so all that waits becomes generators. */
const NO_ASYNC = { "async-await": false, "async-generator": false, "for-await": false, "top-level-await": false };

/** The code of a provider of these tools. */
export function provider(tools, file) {
  const names = tools.map((tool) => tool.export).join(", ");
  const list = tools.map(expression).join(",\n  ");
  return (promises) => `${settling(promises)}import { provider as serve } from ${path("src/provider.js")};
import { named, positional } from ${path("src/tool.js")};
import { ${names} } from ${JSON.stringify(file)};

const tools = [
  ${list},
];
export const provider = serve(tools${promises ? ", settle" : ""});
`;
}

/** The code of a typed tool: what its file exports, with errors as plain values. */
export async function typed(esbuild, { project, file, demands }) {
  const from = JSON.stringify(file);
  const { exports } = await run(esbuild, { project, quickjs: true, contents: `export * from ${from};` });
  const named = new Map(exports.map((name) => [camel(name), name]));
  for (const { name } of demands.filter((demand) => !named.has(demand.name))) {
    throw new Problem(`${relative(project, file)} does not export \`${name}\`, which the world in wit/ demands; export it`);
  }
  return (promises) => {
    const checks = demands.filter(({ functions }) => functions.length > 0);
    const lines = [
      ...checks.map(({ name, functions }) => `demand(own.${named.get(name)}, "${name}", ${JSON.stringify(functions)});`),
      ...[...named].map(([camel, name]) => `export const ${camel} = plainErrors(own.${name}${promises ? ", settle" : ""});`),
    ];
    return `${settling(promises)}import { demand, plainErrors } from ${path("src/typed.js")};
import * as own from ${from};

${lines.join("\n")}
`;
  };
}

/** Bundles an entry; returns its code and the interfaces that it imports. */
export async function bundle(esbuild, { project, entry, engine }) {
  const quickjs = engine === "quickjs";
  let built = await run(esbuild, { project, quickjs, contents: entry(false) });
  // The engine's own promises would never be waited for; ours come first, before any code.
  if (quickjs && /\b(Promise|queueMicrotask)\b/.test(built.code)) {
    built = await run(esbuild, { project, quickjs, contents: entry(true) });
  }
  return built;
}

async function run(esbuild, { project, quickjs, contents }) {
  const faults = [];
  const result = await esbuild
    .build({
      stdin: { contents, resolveDir: project, sourcefile: "entry.js", loader: "js" },
      absWorkingDir: project,
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "neutral",
      target: "es2024",
      mainFields: ["module", "main"],
      conditions: ["toolhost", "import", "module"],
      supported: quickjs ? NO_ASYNC : {},
      inject: quickjs ? [resolve(SDK, "web/globals.js")] : [],
      legalComments: "none",
      logLevel: "silent",
      plugins: [{ name: "interfaces", setup: interfaces }],
    })
    .catch((error) => {
      if (!error.errors) {
        throw error;
      }
      faults.push(...error.errors);
    });
  if (faults.length > 0) {
    throw new Problem(faults.map(described).join("\n"));
  }
  const [output] = Object.values(result.metafile.outputs);
  const imports = output.imports.filter((one) => one.external).map((one) => one.path);
  return { code: result.outputFiles[0].text, imports: [...new Set(imports)].sort(), exports: output.exports };
}

function interfaces(build) {
  build.onResolve({ filter: INTERFACE }, ({ path }) => ({ path, external: true }));
  build.onResolve({ filter: /./ }, ({ path }) => {
    const bare = path.replace(/^node:/, "");
    const builtIn = path.startsWith("node:") || builtinModules.includes(bare.split("/")[0]);
    return builtIn ? { errors: [{ text: `\`${path}\` is of Node.js, which a component does not have` }] } : null;
  });
}

function described({ text, location, notes }) {
  const place = location ? `${location.file}:${location.line}: ` : "";
  return [place + text, ...notes.map((note) => note.text)].join("\n  ");
}

/** One tool in the list. */
function expression(tool) {
  if (!tool.definition) {
    return tool.export;
  }
  const { definition, named, parameters, rich } = tool;
  const call = `${named ? "named" : "positional"}(${JSON.stringify(parameters)}, ${tool.export})`;
  return `{ definition: ${JSON.stringify(definition)}, rich: ${Boolean(rich)}, run: ${call} }`;
}

function settling(promises) {
  return promises ? `import { settle } from ${path("src/settle.js")};\n` : "";
}

function path(inside) {
  return JSON.stringify(resolve(SDK, inside));
}
