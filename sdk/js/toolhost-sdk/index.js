// The library of a tool in JavaScript or TypeScript. `README.md` beside this folder is its guide.

export * as clock from "./src/clock.js";
export * as config from "./src/config.js";
export { Content } from "./src/content.js";
export { ToolError } from "./src/error.js";
export * as http from "./src/http.js";
export { HttpError } from "./src/http.js";
export * as log from "./src/log.js";
export * as progress from "./src/progress.js";
export * as random from "./src/random.js";
export { defineTool } from "./src/tool.js";
export * as utf8 from "./src/utf8.js";
export { fetch } from "./web/fetch.js";
