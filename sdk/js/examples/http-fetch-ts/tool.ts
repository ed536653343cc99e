// Gets a page and tells its title, in TypeScript, by `fetch`. The host sends the request only under
// a grant.

import { fetch, ToolError } from "./toolhost-sdk/index.js";
import { titleOf } from "./title.ts";

interface Page {
  /**
   * The whole address of the page, such as `https://example.com/`.
   *
   * @minLength 1
   * @maxLength 2000
   */
  url: string;
}

/**
 * Gets a page of the web and tells its title.
 *
 * @readOnly
 * @openWorld
 */
export async function fetchTitle({ url }: Page): Promise<string> {
  const page = await fetch(url);
  if (!page.ok) {
    const text = `the server answered with status ${page.status}`;
    throw page.status === 404 || page.status === 410 ? ToolError.notFound(text) : ToolError.failed(text);
  }
  const title = titleOf(await page.text());
  if (title === null) {
    throw ToolError.notFound("the page has no title");
  }
  return title;
}
