// Makes a component of bundled code with one of the two engines.

import { Problem } from "./problem.mjs";
import { load } from "./toolchain.mjs";

/** The bytes of the component. */
export async function componentize(engine, given) {
  const make = engine === "quickjs" ? quickjs : starlingmonkey;
  try {
    return await make(given);
  } catch (error) {
    if (error instanceof Problem) {
      throw error;
    }
    const text = String(error.message ?? error).replace(/^[:\s]+/, "").trim();
    const [, absent] = /resolving module '([^']+)'/.exec(text) ?? [];
    throw new Problem(
      absent
        ? `the world \`${given.world}\` does not import \`${absent}\`, which the code uses; add \`import ${absent};\` to it`
        : `${engine} cannot make a component of ${given.bundled}: ${text}`,
    );
  }
}

/** QuickJS without WASI: what it would ask there, the SDK asks the host's own interfaces. */
async function quickjs({ project, code, wit, world }) {
  const { componentize } = await load("componentize-qjs", project);
  const { component } = await componentize({
    witPath: wit,
    world,
    jsSource: code,
    sync: true,
    stubWasi: true,
    optSize: true,
  });
  return component;
}

/** StarlingMonkey with its Web APIs, whose `fetch` is that of `wasi:http`. */
async function starlingmonkey({ project, bundled, wit, world }) {
  const { componentize } = await load("@bytecodealliance/componentize-js", project);
  const { component } = await componentize({
    sourcePath: bundled,
    witPath: wit,
    worldName: world,
    disableFeatures: ["fetch-event"],
  });
  return component;
}
