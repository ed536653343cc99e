// Shows a colour as every kind of content: text, image, document, link and JSON.

import { Content, ToolError } from "./toolhost-sdk/index.js";
import { square } from "./png.js";

/**
 * Shows a colour: a text, a small image, a style sheet, a link to read on, and its parts.
 *
 * @param {string} hex Six hex digits, such as `ff8800`. @minLength 6 @maxLength 7
 * @title Show a colour
 * @readOnly
 * @idempotent
 */
export function showColour(hex) {
  const [red, green, blue] = parse(hex);
  const digits = [red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("");
  return [
    Content.text(`The colour #${digits}.`),
    Content.image(square(16, [red, green, blue]), "image/png"),
    Content.document(`colour:///${digits}.css`, "text/css", `:root { --colour: #${digits}; }\n`),
    Content.link("https://www.w3.org/TR/css-color-4/", "CSS Color Module", {
      description: "What browsers make of colours.",
      mediaType: "text/html",
    }),
    Content.json({ red, green, blue }),
  ];
}

function parse(hex) {
  const digits = hex.replace(/^#/, "");
  if (!/^[0-9a-f]{6}$/i.test(digits)) {
    throw ToolError.invalidInput("`hex` is no colour; write six hex digits, such as `ff8800`");
  }
  return [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16));
}
