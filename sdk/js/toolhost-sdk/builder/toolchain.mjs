// Finds the packages that build: in the project and the folders above it, then beside the
// programs on the PATH. Nothing is ever downloaded.

import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";

import { Problem } from "./problem.mjs";

/**
 * The packages, with the version that the tests build with, the file that is loaded, and the
 * program that leads to it on the PATH. TypeScript 7 has no such file, nor what reads types.
 */
const PACKAGES = {
  esbuild: { version: "0.28.2", file: "lib/main.js", program: "esbuild" },
  typescript: { version: "5.9.3", file: "lib/typescript.js", program: "tsc" },
  "componentize-qjs": { version: "0.4.5", file: "index.js", program: "componentize-qjs" },
  "@bytecodealliance/componentize-js": { version: "0.23.0", file: "src/componentize.js", program: "componentize-js" },
};

/** Loads a package. */
export async function load(name, project) {
  const { version, file, program } = PACKAGES[name];
  for (const folder of folders(project, program)) {
    const path = join(folder, name, file);
    if (existsSync(path)) {
      const module = await import(pathToFileURL(path));
      return module.default ?? module;
    }
  }
  const versioned = `${name}@${version}`;
  const command = names(project, name) ? "npm install" : `npm install --save-dev ${versioned}`;
  throw new Problem(`\`${versioned}\` is not installed; run \`${command}\` in the project`);
}

/** Whether the project's package.json has the package among its own. */
function names(project, name) {
  const path = join(project, "package.json");
  const { dependencies, devDependencies } = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  return Boolean({ ...dependencies, ...devDependencies }[name]);
}

/** Every `node_modules` that may have it, the project's own first, then that of its program. */
function folders(project, program) {
  const programs = [program, ...Object.values(PACKAGES).map((other) => other.program)];
  const onPath = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const found = programs.flatMap((name) => onPath.map((folder) => join(folder, name))).filter(existsSync);
  const places = [join(project, "package.json"), ...found.map((path) => realpathSync(path))];
  return places.flatMap((place) => createRequire(place).resolve.paths("any") ?? []);
}
