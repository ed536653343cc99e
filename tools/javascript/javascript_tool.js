// The component: the tool `run_javascript` over `run.js`.

import { bytes } from "toolhost:tool/random@0.2.0";

import { DEFINITION, NAME } from "./definition.js";
import { seed } from "./random.js";
import { run } from "./run.js";

export const provider = {
  listTools() {
    return [DEFINITION];
  },

  invoke(name, given) {
    if (name !== NAME) throw { tag: "not-found", val: `there is no tool \`${name}\`` };
    seed(bytes(16));
    const { code, files } = JSON.parse(given);
    try {
      const { text, data } = run(code, files);
      return [
        { tag: "text", val: text },
        { tag: "json", val: JSON.stringify(data) },
      ];
    } catch (error) {
      // Of what `run` does only the names and the base64 of files can be wrong.
      if (error instanceof RangeError) throw { tag: "invalid-input", val: error.message };
      throw error;
    }
  },
};
