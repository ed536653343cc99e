// Why a tool could not do what it was asked.

/**
 * The error of a tool, as a sentence that the caller reads.
 *
 * `tag` and `val` make it the `tool-error` of the WIT, so a typed tool may throw it too.
 */
export class ToolError extends Error {
  constructor(kind, message) {
    super(message);
    this.name = "ToolError";
    this.tag = kind;
    this.val = this.message;
  }

  /** One of `invalid-input`, `not-found` and `failed`. */
  get kind() {
    return this.tag;
  }

  /** The arguments make no sense; say what to write instead. */
  static invalidInput(message) {
    return new ToolError("invalid-input", message);
  }

  /** What was asked for does not exist. */
  static notFound(message) {
    return new ToolError("not-found", message);
  }

  /** Anything else. */
  static failed(message) {
    return new ToolError("failed", message);
  }
}

/** The message of whatever was thrown, with those of its causes that it does not name itself. */
export function messageOf(thrown) {
  if (!(thrown instanceof Error)) {
    return typeof thrown === "string" ? thrown : `thrown: ${JSON.stringify(thrown) ?? String(thrown)}`;
  }
  let text = thrown.message || thrown.name;
  let cause = thrown.cause;
  // Errors may lead in a circle; nobody reads more than a few causes.
  for (let depth = 0; cause instanceof Error && depth < 8; depth += 1) {
    if (!text.endsWith(cause.message)) {
      text += `: ${cause.message}`;
    }
    cause = cause.cause;
  }
  return text;
}

/** An error's message and where it came from, for the log. */
export function traceOf(error) {
  const stack = error.stack ?? "";
  // Some engines put the message into the stack, QuickJS does not.
  return stack.includes(error.message) && error.message ? stack : `${error.name}: ${error.message}\n${stack}`.trimEnd();
}
