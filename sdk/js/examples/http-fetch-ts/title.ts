// Finds the title in a page. Nothing here knows about the web or WebAssembly.

const CHARS_MAX = 500;

const ENTITIES: [string, string][] = [
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&quot;", '"'],
  ["&#39;", "'"],
  ["&nbsp;", " "],
  // The last, so that `&amp;lt;` stays `&lt;`.
  ["&amp;", "&"],
];

/** What stands between `<title>` and `</title>`, on one line, cut to 500 characters. */
export function titleOf(page: string): string | null {
  // Not `<titlebar>`. Letters beyond ASCII have no other case here.
  const opening = /<title(?=[>/ \t\n\f\r])[^>]*>/i.exec(page);
  if (!opening) {
    return null;
  }
  const start = opening.index + opening[0].length;
  const length = page.slice(start).search(/<\/title/i);
  if (length < 0) {
    return null;
  }
  let text = page.slice(start, start + length);
  for (const [entity, character] of ENTITIES) {
    text = text.replaceAll(entity, character);
  }
  const line = text.split(/\p{White_Space}+/u).filter(Boolean).join(" ");
  return line === "" ? null : [...line].slice(0, CHARS_MAX).join("");
}
