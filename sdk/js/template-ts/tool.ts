// Greets. The whole tool: an exported function, whose types and doc comment are its definition.

import { ToolError } from "./toolhost-sdk/index.js";

/**
 * Greets somebody by name.
 *
 * @param name Whom to greet, such as `Ada`. @minLength 1 @maxLength 100
 * @readOnly
 * @idempotent
 */
export function {{snake}}(name: string): string {
  const trimmed = name.trim();
  if (trimmed === "") {
    throw ToolError.invalidInput("`name` is empty; give a name, such as `Ada`");
  }
  return `Hello, ${trimmed}!`;
}
