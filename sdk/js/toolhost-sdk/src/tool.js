// A tool: its definition and the function that runs it.

/**
 * Makes a tool by hand, without a schema from types.
 *
 * `definition` has `name`, `description`, `inputSchema`, and maybe `title`, `outputSchema`,
 * `readOnly`, `destructive`, `idempotent` and `openWorld`. `run` takes the arguments as one object.
 */
export function defineTool(definition, run) {
  for (const key of ["name", "description", "inputSchema"]) {
    if (!definition[key]) {
      throw new TypeError(`a tool needs \`${key}\`; give it to \`defineTool\``);
    }
  }
  return { definition, run };
}

/** Calls a function with its arguments one by one, in the order of `parameters`. */
export function positional(parameters, run) {
  return (given) => run(...parameters.map((parameter) => pick(given, parameter)));
}

/** Calls a function with its arguments as one object. */
export function named(parameters, run) {
  return (given) => {
    const known = {};
    for (const parameter of parameters) {
      const value = pick(given, parameter);
      // `{ x = 1 }` takes its default for what is not there.
      if (value !== undefined) {
        known[parameter.name] = value;
      }
    }
    return run(known);
  };
}

function pick(given, { name, absent, fallback }) {
  const value = Object.hasOwn(given, name) ? given[name] : undefined;
  // The schema lets null stand for what is left out, unless the type itself has null.
  return value === undefined || (value === null && absent) ? fallback : value;
}
