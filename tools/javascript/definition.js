// The tool as clients and models see it.

export const NAME = "run_javascript";

const FILE = {
  anyOf: [
    { type: "string" },
    {
      type: "object",
      properties: { base64: { type: "string" } },
      required: ["base64"],
      additionalProperties: false,
    },
  ],
};

const FILES = { type: "object", additionalProperties: FILE };

const INPUT_SCHEMA = {
  type: "object",
  properties: {
    code: {
      type: "string",
      description: "The code, a script. The value of its last statement is returned.",
      maxLength: 200000,
    },
    files: {
      ...FILES,
      description: 'Files for the code by their names, each a text or {"base64": "..."}.',
      propertyNames: { minLength: 1, maxLength: 200 },
      maxProperties: 100,
    },
  },
  required: ["code"],
  additionalProperties: false,
};

const OUTPUT_SCHEMA = {
  type: "object",
  properties: {
    stdout: { type: "string" },
    stderr: { type: "string" },
    value: { description: "Value of the last statement: as JSON if it has that form, else as a console shows it." },
    error: {
      description: "How the code failed, or null.",
      anyOf: [
        { type: "null" },
        {
          type: "object",
          properties: {
            type: { type: "string" },
            message: { type: "string" },
            line: { type: ["integer", "null"] },
            traceback: { type: "string" },
          },
          required: ["type", "message", "line", "traceback"],
          additionalProperties: false,
        },
      ],
    },
    files: { ...FILES, description: "New and changed files by name." },
    files_left_out: {
      type: "object",
      description: "Sizes of those that are too large to be returned.",
      additionalProperties: { type: "integer" },
    },
  },
  required: ["stdout", "stderr", "value", "error", "files", "files_left_out"],
  additionalProperties: false,
};

export const DEFINITION = {
  name: NAME,
  title: "Run JavaScript",
  description:
    "Runs JavaScript (ES2023, synchronous) in a sandbox and returns what it prints with console.log, " +
    "the value of its last statement, the files that it wrote, and the error if it failed.\n" +
    "It is no browser and no Node.js: there are no packages, network, timers, promises or await, " +
    'but require("fs") has readFileSync, writeFileSync and the like for the files of the call.\n' +
    "Nothing is kept between calls: pass data in `code` or `files`.",
  inputSchema: JSON.stringify(INPUT_SCHEMA),
  outputSchema: JSON.stringify(OUTPUT_SCHEMA),
  annotations: { readOnly: true, destructive: false, idempotent: false, openWorld: false },
};
