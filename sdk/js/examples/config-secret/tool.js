// Greets in the operator's words, and asks a service under the operator's account.
//
// The host adds the service's token to the request; the tool never sees it.

import { config, http, ToolError } from "./toolhost-sdk/index.js";

/**
 * Greets somebody and tells under which account the service knows us.
 *
 * @param {string} name Whom to greet, such as `Ada`. @minLength 1 @maxLength 100
 * @readOnly
 * @openWorld
 */
export function greet(name) {
  const greeting = config.get("greeting") ?? "Hello";
  const service = config.require("service");
  const answer = http.get(`${service}/v1/account`);
  if (answer.status === 401) {
    throw ToolError.failed("the service wants a token; grant it under `grants.secrets`");
  }
  const { account } = answer.successful().json();
  if (typeof account !== "string") {
    throw ToolError.failed("the server's answer does not fit: it has no `account`");
  }
  return `${greeting}, ${name.trim()}! The service knows us as ${account}.`;
}
