// Makes JSON Schema 2020-12 of the types that TypeScript's checker finds, in JavaScript too.
//
// Types stand where they are used, without references, because clients of models understand that
// best. A type that contains itself has no schema.

import { constraintsOf, docsOf } from "./docs.mjs";
import { Problem } from "./problem.mjs";

export class Schemas {
  /** Types that are being described, to find one that contains itself. */
  #open = [];

  constructor(ts, program, { strict }) {
    this.ts = ts;
    this.program = program;
    this.checker = program.getTypeChecker();
    /** Whether objects refuse keys that they do not name: arguments do, results do not. */
    this.strict = strict;
  }

  /** The schema of a type; `where` names it in problems. Undefined counts only as left out. */
  of(type, where, { optional = false } = {}) {
    const { TypeFlags } = this.ts;
    if (type.flags & TypeFlags.Any) {
      throw new Problem(`${where} has no type; give it one, or \`unknown\` for any JSON`);
    }
    if (type.flags & TypeFlags.Unknown) {
      return {};
    }
    if (type.flags & TypeFlags.Boolean) {
      return { type: "boolean" };
    }
    if (type.flags & TypeFlags.String) {
      return { type: "string" };
    }
    if (type.flags & TypeFlags.Number) {
      return { type: "number" };
    }
    if (type.flags & TypeFlags.Null) {
      return { type: "null" };
    }
    if (type.isUnion()) {
      return this.#union(type.types, where, optional);
    }
    if (type.flags & TypeFlags.Literal) {
      return { const: this.#literal(type, where) };
    }
    if (type.flags & TypeFlags.NonPrimitive) {
      return { type: "object" };
    }
    if (type.flags & (TypeFlags.Object | TypeFlags.Intersection)) {
      return this.#nested(type, where);
    }
    throw this.#none(type, where);
  }

  /** The schema of a parameter or property: its type's, with what its docs say. */
  described(type, docs, where, { optional = false } = {}) {
    const { integer, ...constraints } = constraintsOf(docs, where);
    const schema = this.of(type, where, { optional });
    if (integer) {
      if (schema.type !== "number") {
        throw new Problem(`${where}: \`@integer\` stands at a number`);
      }
      schema.type = "integer";
    }
    return { ...(docs.text && { description: docs.text }), ...schema, ...constraints };
  }

  /** The same or null. */
  nullable(schema) {
    const { description, ...rest } = schema;
    const head = { ...(description !== undefined && { description }) };
    if (Object.keys(rest).length === 0 || allows(rest, "null")) {
      return schema;
    }
    if (typeof rest.type === "string" && !("enum" in rest) && !("const" in rest)) {
      return { ...head, ...rest, type: [rest.type, "null"] };
    }
    return { ...head, anyOf: [rest, { type: "null" }] };
  }

  #union(types, where, optional) {
    const { TypeFlags } = this.ts;
    const parts = types.filter((part) => !(part.flags & TypeFlags.Undefined));
    if (parts.length < types.length && !optional) {
      throw new Problem(`${where} may be \`undefined\`, which JSON cannot say; use \`null\`, or leave it out with \`?\``);
    }
    const literals = parts.filter((part) => part.flags & TypeFlags.Literal && !(part.flags & TypeFlags.BooleanLiteral));
    const booleans = parts.filter((part) => part.flags & TypeFlags.BooleanLiteral);
    const others = parts.filter((part) => !(part.flags & TypeFlags.Literal) && !(part.flags & TypeFlags.Null));
    const schemas = [];
    if (literals.length > 0) {
      schemas.push(enumeration(literals.map((part) => this.#literal(part, where))));
    }
    if (booleans.length > 0) {
      schemas.push(booleans.length === 2 ? { type: "boolean" } : { const: this.#literal(booleans[0], where) });
    }
    schemas.push(...others.map((part) => this.of(part, where)));
    const schema = schemas.length === 1 ? schemas[0] : { anyOf: schemas };
    return parts.some((part) => part.flags & TypeFlags.Null) ? this.nullable(schema) : schema;
  }

  #literal(type, where) {
    const { TypeFlags } = this.ts;
    if (type.flags & TypeFlags.BooleanLiteral) {
      return this.checker.typeToString(type) === "true";
    }
    if (type.flags & (TypeFlags.StringLiteral | TypeFlags.NumberLiteral)) {
      return type.value;
    }
    throw this.#none(type, where);
  }

  #nested(type, where) {
    if (this.#open.includes(type)) {
      throw new Problem(`${where}: the type \`${this.checker.typeToString(type)}\` contains itself, so it has no schema; use \`unknown\` for any JSON`);
    }
    this.#open.push(type);
    const schema = this.#object(type, where);
    this.#open.pop();
    return schema;
  }

  #object(type, where) {
    const { checker, ts } = this;
    if (checker.isTupleType(type)) {
      return this.#tuple(type, where);
    }
    if (checker.isArrayType(type)) {
      return { type: "array", items: this.of(checker.getTypeArguments(type)[0], `an item of ${where}`) };
    }
    const symbol = type.getSymbol();
    const named = symbol && symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface);
    const builtIn = symbol?.declarations?.some((node) => this.program.isSourceFileDefaultLibrary(node.getSourceFile()));
    if (type.isClass() || (named && builtIn) || type.getCallSignatures().length > 0) {
      throw this.#none(type, where);
    }
    const schema = this.properties(checker.getPropertiesOfType(type), where);
    const index = checker.getIndexInfosOfType(type).find((info) => info.keyType.flags & ts.TypeFlags.String);
    if (index) {
      schema.additionalProperties = this.of(index.type, `a value of ${where}`);
    }
    return schema;
  }

  /** An object of properties. */
  properties(symbols, where) {
    const { checker, ts } = this;
    const properties = {};
    const required = [];
    for (const symbol of symbols) {
      const declaration = symbol.declarations?.[0];
      const inside = `\`${symbol.name}\` of ${where}`;
      const docs = declaration ? docsOf(ts, declaration) : { text: "", tags: new Map() };
      const optional = Boolean(symbol.flags & ts.SymbolFlags.Optional);
      const type = checker.getTypeOfSymbol(symbol);
      properties[symbol.name] = this.described(type, docs, inside, { optional });
      if (!optional) {
        required.push(symbol.name);
      }
    }
    return object(properties, required, this.strict);
  }

  #tuple(type, where) {
    const parts = this.checker.getTypeArguments(type);
    if (type.target.hasRestElement || type.target.minLength !== parts.length) {
      throw this.#none(type, where);
    }
    const prefixItems = parts.map((part, at) => this.of(part, `item ${at + 1} of ${where}`));
    return { type: "array", prefixItems, minItems: parts.length, maxItems: parts.length };
  }

  #none(type, where) {
    const text = this.checker.typeToString(type);
    return new Problem(`${where} has the type \`${text}\`, which JSON does not have; use texts, numbers, booleans, arrays and plain objects`);
  }
}

/** The schema of an object. */
export function object(properties, required, strict) {
  return {
    type: "object",
    properties,
    ...(required.length > 0 && { required }),
    ...(strict && { additionalProperties: false }),
  };
}

function enumeration(values) {
  const kinds = [...new Set(values.map((value) => typeof value))];
  return { ...(kinds.length === 1 && { type: kinds[0] }), enum: values };
}

function allows(schema, type) {
  return [schema.type].flat().includes(type) || schema.anyOf?.some((part) => part.type === type);
}
