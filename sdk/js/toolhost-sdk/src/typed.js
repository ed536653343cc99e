// What a typed tool exports, so that its errors reach the host.

import { messageOf, ToolError } from "./error.js";

/**
 * The same functions and objects of functions, which throw plain values as the engine demands: an
 * `Error` would be a trap. Names may be in snake_case. `settle` makes the value of a promise.
 */
export function plainErrors(exported, settle) {
  if (typeof exported === "function") {
    return isClass(exported) ? exported : guard(exported, undefined, settle);
  }
  if (exported === null || typeof exported !== "object") {
    return exported;
  }
  const entries = Object.entries(exported).map(([name, value]) => {
    const callable = typeof value === "function" && !isClass(value);
    return [camel(name), callable ? guard(value, exported, settle) : value];
  });
  return Object.fromEntries(entries);
}

/** Fails, while the component is built, if functions are missing that its world has. */
export function demand(exported, name, functions) {
  const present = new Set(Object.keys(exported).map(camel));
  const missing = functions.filter((wanted) => !present.has(wanted));
  if (missing.length > 0) {
    throw new TypeError(`\`${name}\` has no function \`${missing.join("`, `")}\`, which the world in wit/ demands; write it`);
  }
}

function guard(run, self, settle) {
  return (...values) => {
    try {
      const value = run.apply(self, values);
      return settle && typeof value?.then === "function" ? settle(value) : value;
    } catch (thrown) {
      if (thrown instanceof ToolError) {
        throw { tag: thrown.tag, val: thrown.val };
      }
      // A plain value is the error of the function's own type.
      throw thrown instanceof Error ? { tag: "failed", val: messageOf(thrown) } : thrown;
    }
  };
}

/** `get_weather` and `get-weather` are `getWeather`, which is what the engine looks for. */
export function camel(name) {
  return name.replace(/(?<=[a-zA-Z0-9])[_-]+([a-zA-Z0-9])/g, (_, letter) => letter.toUpperCase());
}

/** The class of a resource, which the engine constructs itself. */
function isClass(value) {
  return /^class\b/.test(Function.prototype.toString.call(value));
}
