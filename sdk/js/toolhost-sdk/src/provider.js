// The exported `provider`: tells the host the tools, and runs them.

import { error as logError } from "./log.js";
import { contents, rich } from "./content.js";
import { messageOf, ToolError, traceOf } from "./error.js";

/**
 * The `provider` of the WIT for a list of tools.
 *
 * `settle` makes the value of a promise; without it the engine waits for the promise itself.
 */
export function provider(tools, settle) {
  const byName = new Map();
  for (const tool of tools) {
    if (byName.has(tool.definition.name)) {
      throw new TypeError(`two tools have the name \`${tool.definition.name}\`; rename one`);
    }
    byName.set(tool.definition.name, tool);
  }
  return {
    listTools: () => tools.map(describe),
    invoke(name, text) {
      try {
        const tool = byName.get(name);
        if (!tool) {
          throw ToolError.notFound(`there is no tool \`${name}\``);
        }
        const value = tool.run(parse(text));
        const finish = tool.rich ? rich : contents;
        if (typeof value?.then !== "function") {
          return finish(value);
        }
        return settle ? finish(settle(value)) : value.then(finish).catch(fail);
      } catch (thrown) {
        return fail(thrown);
      }
    },
  };
}

function describe({ definition }) {
  const { name, title, description, inputSchema, outputSchema } = definition;
  return {
    name,
    title: title ?? null,
    description,
    inputSchema: text(inputSchema),
    outputSchema: outputSchema == null ? null : text(outputSchema),
    annotations: {
      readOnly: definition.readOnly ?? null,
      destructive: definition.destructive ?? null,
      idempotent: definition.idempotent ?? null,
      openWorld: definition.openWorld ?? null,
    },
  };
}

function text(schema) {
  return typeof schema === "string" ? schema : JSON.stringify(schema);
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw ToolError.invalidInput(`the arguments are no JSON: ${error.message}`);
  }
}

/** Throws what the host understands as the error of the call. */
function fail(thrown) {
  if (thrown instanceof ToolError) {
    throw { tag: thrown.tag, val: thrown.val };
  }
  const message = messageOf(thrown);
  // Only the author can do something with where it came from.
  if (thrown instanceof Error && thrown.stack) {
    logError(traceOf(thrown));
  }
  throw { tag: "failed", val: message };
}
