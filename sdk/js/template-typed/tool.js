// Greets. `greetings` is the interface that the world in `wit/` exports.

import { ToolError } from "./toolhost-sdk/index.js";

export const greetings = {
  {{snake}}(name) {
    const trimmed = name.trim();
    if (trimmed === "") {
      throw ToolError.invalidInput("`name` is empty; give a name, such as `Ada`");
    }
    return `Hello, ${trimmed}!`;
  },
};
