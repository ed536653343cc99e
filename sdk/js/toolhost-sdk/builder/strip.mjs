// The loader that `ts.mjs` registers: strips the types of `.ts` files.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { load as loadPackage } from "./toolchain.mjs";

export async function load(url, context, next) {
  if (!/\.m?ts$/.test(url)) {
    return next(url, context);
  }
  const { transform } = await loadPackage("esbuild", process.cwd());
  const source = await readFile(fileURLToPath(url), "utf8");
  const { code } = await transform(source, { loader: "ts", sourcefile: fileURLToPath(url), sourcemap: "inline", target: "node20" });
  return { format: "module", source: code, shortCircuit: true };
}
