// The code of the guide is code that builds.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { bundle, provider } from "../toolhost-sdk/builder/bundle.mjs";
import { load } from "../toolhost-sdk/builder/toolchain.mjs";
import { toolsOf } from "../toolhost-sdk/builder/tools.mjs";

const SDK = fileURLToPath(new URL("../toolhost-sdk/", import.meta.url));
const guide = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const samples = [...guide.matchAll(/^```(js|ts)\n([^]*?)^```$/gm)].map(([, language, code]) => ({
  language,
  code: code.replaceAll('"./toolhost-sdk/', JSON.stringify(SDK).slice(0, -1)),
}));

const project = mkdtempSync(join(tmpdir(), "toolhost-sdk-"));
after(() => rmSync(project, { recursive: true }));

test("every tool of the guide builds, and the two weathers have one schema", async () => {
  const ts = await load("typescript", project);
  const esbuild = await load("esbuild", project);
  const schemas = [];
  for (const { language, code } of samples.filter(({ code }) => !code.includes("node:test"))) {
    const file = join(project, `tool.${language}`);
    // JavaScript is checked here, so that names which the library does not have are found.
    writeFileSync(file, language === "js" ? `// @ts-check\n${code}` : code);
    const tools = toolsOf(ts, project, file, { engine: "quickjs", globals: [join(SDK, "globals.d.ts")] });
    const { imports } = await bundle(esbuild, { project, engine: "quickjs", entry: provider(tools, file) });
    assert.ok(imports.includes("toolhost:tool/log@0.2.0"));
    schemas.push(tools[0].definition?.inputSchema);
  }
  assert.ok(schemas.length >= 6);
  assert.equal(schemas[0], schemas[1]);
});

test("the test of the guide passes", async () => {
  const [sample, ...more] = samples.filter(({ code }) => code.includes("node:test"));
  assert.equal(more.length, 0);
  const file = join(project, "sample.mjs");
  writeFileSync(file, sample.code);
  // Its own `test` joins those of this file.
  await import(file);
});
