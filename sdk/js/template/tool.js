// Greets. The whole tool: an exported function, whose doc comment is its definition.

import { ToolError } from "./toolhost-sdk/index.js";

/**
 * Greets somebody by name.
 *
 * @param {string} name Whom to greet, such as `Ada`. @minLength 1 @maxLength 100
 * @readOnly
 * @idempotent
 */
export function {{snake}}(name) {
  const trimmed = name.trim();
  if (trimmed === "") {
    throw ToolError.invalidInput("`name` is empty; give a name, such as `Ada`");
  }
  return `Hello, ${trimmed}!`;
}
