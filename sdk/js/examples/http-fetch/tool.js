// Gets a page and tells its title. The host sends the request only under a grant.

import { http, ToolError } from "./toolhost-sdk/index.js";
import { titleOf } from "./title.js";

/**
 * Gets a page of the web and tells its title.
 *
 * @param {string} url The whole address of the page, such as `https://example.com/`. @minLength 1 @maxLength 2000
 * @readOnly
 * @openWorld
 */
export function fetchTitle(url) {
  const page = http.get(url).successful();
  const title = titleOf(page.text());
  if (title === null) {
    throw ToolError.notFound("the page has no title");
  }
  return title;
}
