// Reads doc comments: descriptions, constraints of values, and what to expect of tools.

import { Problem } from "./problem.mjs";

/** Keywords of JSON Schema that a tag sets, and how its text is read. */
const CONSTRAINTS = {
  minLength: number,
  maxLength: number,
  pattern: (text) => text.replace(/^`(.*)`$/, "$1"),
  format: (text) => text,
  minimum: number,
  maximum: number,
  exclusiveMinimum: number,
  exclusiveMaximum: number,
  multipleOf: number,
  minItems: number,
  maxItems: number,
  uniqueItems: flag,
  default: json,
  integer: flag,
};

const HINTS = ["readOnly", "destructive", "idempotent", "openWorld"];

const NAMES = new Map([...Object.keys(CONSTRAINTS), ...HINTS, "title", "name", "internal"].map((name) => [name.toLowerCase(), name]));

/** Stands before a constraint while the compiler reads: it takes only `@` after a blank for a tag. */
const MARK = "\u2060";

const DOC_COMMENT = /\/\*\*[^]*?\*\//g;

const CONSTRAINT = new RegExp(`(?<=\\s)@(?=(?:${Object.keys(CONSTRAINTS).join("|")})\\b)`, "gi");

/**
 * Source whose constraints are text of the tag above or before them, not tags of their own, which
 * would end a `@typedef`.
 */
export function markConstraints(source) {
  return source.replace(DOC_COMMENT, (comment) => comment.replace(CONSTRAINT, `${MARK}@`));
}

/** The docs of a function, a parameter or a property, from where it is declared. */
export function docsOf(ts, declaration) {
  const docs = { text: "", tags: new Map(), parameters: new Map() };
  if (ts.isJSDocPropertyLikeTag(declaration)) {
    addText(docs, ts.getTextOfJSDocComment(declaration.comment));
    addBracketDefault(docs, declaration);
    return docs;
  }
  for (const comment of ts.getJSDocCommentsAndTags(declaration).filter(ts.isJSDoc)) {
    addText(docs, ts.getTextOfJSDocComment(comment.comment));
    addTags(ts, docs, comment.tags ?? []);
  }
  return docs;
}

/** The keywords of a schema that docs give. */
export function constraintsOf(docs, where) {
  const keywords = {};
  for (const [tag, text] of docs.tags) {
    if (CONSTRAINTS[tag]) {
      keywords[tag] = CONSTRAINTS[tag](text, `${where}: \`@${tag}\``);
    }
  }
  return keywords;
}

/** What a caller may expect of a tool: those hints that are given. */
export function hintsOf(docs, where) {
  const given = HINTS.filter((hint) => docs.tags.has(hint));
  return Object.fromEntries(given.map((hint) => [hint, flag(docs.tags.get(hint), `${where}: \`@${hint}\``)]));
}

function addTags(ts, docs, tags) {
  for (const tag of tags) {
    const text = (ts.getTextOfJSDocComment(tag.comment) ?? "").trim();
    if (ts.isJSDocParameterTag(tag)) {
      const parameter = { text: "", tags: new Map() };
      addText(parameter, text);
      addBracketDefault(parameter, tag);
      docs.parameters.set(tag.name.getText(), parameter);
      continue;
    }
    const name = NAMES.get(tag.tagName.text.toLowerCase());
    if (name) {
      addText(docs, text.slice(firstLine(text).length));
      docs.tags.set(name, firstLine(text).split(MARK)[0].trim());
    }
  }
}

/** Takes the constraints out of a text; each reaches to the end of its line. */
function addText(docs, text = "") {
  const [about, ...constraints] = text.split(`${MARK}@`);
  const lines = [about.trim().replace(/^-\s+/, "")];
  for (const constraint of constraints) {
    const line = firstLine(constraint);
    const [, name, value] = /^(\w+)(.*)$/.exec(line);
    docs.tags.set(NAMES.get(name.toLowerCase()), value.trim());
    lines.push(constraint.slice(line.length).trim());
  }
  docs.text = [docs.text, ...lines].filter(Boolean).join("\n");
}

function firstLine(text) {
  return text.split("\n", 1)[0];
}

/** The default of `@param {number} [count=10]`, which the compiler reads over. */
function addBracketDefault(docs, tag) {
  const found = /\[\s*[\w.$]+\s*=\s*([^\]]*)\]/.exec(tag.getText());
  if (found && tag.isBracketed) {
    docs.tags.set("default", found[1].trim());
  }
}

function number(text, where) {
  const value = Number(text);
  if (text === "" || !Number.isFinite(value)) {
    throw new Problem(`${where} needs a number, not \`${text}\``);
  }
  return value;
}

function flag(text, where) {
  if (!["", "true", "false"].includes(text)) {
    throw new Problem(`${where} is \`true\` or \`false\`, not \`${text}\``);
  }
  return text !== "false";
}

/** JSON, or the text itself: `@default metre`. */
function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text.replace(/^'(.*)'$/, "$1");
  }
}
