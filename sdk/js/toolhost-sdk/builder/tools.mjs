// Finds the tools of a project: the exported functions of `tool.ts` or `tool.js`, and what is made
// by `defineTool`.

import { readFileSync } from "node:fs";
import { join, relative } from "node:path";

import { docsOf, hintsOf, markConstraints } from "./docs.mjs";
import { Problem } from "./problem.mjs";
import { object, Schemas } from "./schema.mjs";

/** What the checker is told, unless the project's `tsconfig.json` says otherwise. */
const OPTIONS = { strict: true, skipLibCheck: true, resolveJsonModule: true };

/** What an engine has by itself; the rest on QuickJS is in `globals.d.ts`. */
const LIBRARIES = {
  quickjs: ["lib.esnext.d.ts"],
  starlingmonkey: ["lib.esnext.d.ts", "lib.webworker.d.ts", "lib.webworker.asynciterable.d.ts"],
};

/**
 * The tools that a file exports, each with the name of its export. Those of `defineTool` have
 * nothing else; functions have a definition, and their parameters or `named`.
 */
export function toolsOf(ts, project, file, { engine, globals }) {
  const compiler = options(ts, project, engine);
  const host = ts.createCompilerHost(compiler);
  const { readFile } = host;
  host.readFile = (name) => {
    const text = readFile(name);
    return text === undefined || isDeclaration(name) ? text : markConstraints(text);
  };
  const program = ts.createProgram([file, ...globals], compiler, host);
  const source = program.getSourceFile(file);
  refuseFaults(ts, program, project);
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(source);
  const exported = module ? checker.getExportsOfModule(module) : [];
  const reader = new Reader(ts, program, project);
  const tools = exported.map((symbol) => reader.tool(symbol)).filter(Boolean);
  if (tools.length === 0) {
    throw new Problem(`${relative(project, file)} exports no tool; write \`export function …\` with a doc comment`);
  }
  return tools;
}

/** Those of the language are large, and nothing in them is a tool's. */
function isDeclaration(name) {
  return name.endsWith(".d.ts");
}

function options(ts, project, engine) {
  const path = join(project, "tsconfig.json");
  let given = {};
  if (ts.sys.fileExists(path)) {
    const { config, error } = ts.parseConfigFileTextToJson(path, readFileSync(path, "utf8"));
    if (error) {
      throw new Problem(`tsconfig.json: ${ts.flattenDiagnosticMessageText(error.messageText, " ")}`);
    }
    given = ts.convertCompilerOptionsFromJson(config.compilerOptions ?? {}, project).options;
  }
  return {
    ...OPTIONS,
    ...given,
    allowJs: true,
    noEmit: true,
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    // Without null checks, what may be left out looks like what must be there.
    strictNullChecks: true,
    lib: given.lib ?? LIBRARIES[engine],
    types: given.types ?? [],
  };
}

/** Stops at faults in TypeScript, and in JavaScript where `@ts-check` or `checkJs` asks for it. */
function refuseFaults(ts, program, project) {
  const faults = [...program.getOptionsDiagnostics(), ...program.getSyntacticDiagnostics(), ...program.getSemanticDiagnostics()];
  if (faults.length > 0) {
    const format = { getCurrentDirectory: () => project, getCanonicalFileName: (name) => name, getNewLine: () => "\n" };
    throw new Problem(ts.formatDiagnostics(faults, format).trimEnd());
  }
}

class Reader {
  constructor(ts, program, project) {
    Object.assign(this, { ts, program, project, checker: program.getTypeChecker() });
    this.inputs = new Schemas(ts, program, { strict: true });
    this.outputs = new Schemas(ts, program, { strict: false });
  }

  /** The tool that an export is, if it is one. */
  tool(symbol) {
    const { checker, ts } = this;
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const declaration = target.valueDeclaration;
    if (!declaration || target.flags & ts.SymbolFlags.Class) {
      return null;
    }
    const type = checker.getTypeOfSymbol(target);
    if (this.#isTool(type)) {
      return { export: symbol.name };
    }
    const signatures = type.getCallSignatures();
    const docs = docsOf(ts, declaration);
    if (signatures.length === 0 || docs.tags.has("internal")) {
      return null;
    }
    const where = `${this.#place(declaration)}: \`${symbol.name}\``;
    this.#refuse(symbol, signatures, docs, where);
    return { export: symbol.name, ...this.#function(symbol.name, signatures[0], docs, where) };
  }

  #refuse(symbol, signatures, docs, where) {
    if (symbol.name === "default") {
      throw new Problem(`${where} has no name; write \`export function …\` instead of \`export default\``);
    }
    if (!docs.text) {
      throw new Problem(`${where} says not what it does; write a doc comment \`/** … */\` above it, or \`/** @internal */\` if it is no tool`);
    }
    if (signatures.length > 1 || signatures[0].getTypeParameters()) {
      throw new Problem(`${where} is overloaded or generic; a tool has one signature`);
    }
  }

  #function(exported, signature, docs, where) {
    const node = signature.getDeclaration();
    const [first] = node.parameters;
    const named = node.parameters.length === 1 && this.ts.isObjectBindingPattern(first.name);
    const parameters = named ? this.#named(first, docs, where) : this.#positional(signature, docs, where);
    const properties = Object.fromEntries(parameters.map(({ name, schema }) => [name, schema]));
    const required = parameters.filter(({ needed }) => needed).map(({ name }) => name);
    const { schema: outputSchema, rich } = this.#output(signature);
    return {
      definition: {
        name: docs.tags.get("name") ?? snake(exported),
        title: docs.tags.get("title"),
        description: docs.text,
        inputSchema: JSON.stringify(object(properties, required, true)),
        outputSchema,
        ...hintsOf(docs, where),
      },
      named,
      rich,
      parameters: parameters.map(({ name, absent, fallback }) => ({ name, absent, fallback })),
    };
  }

  /** Each parameter is an argument. */
  #positional(signature, docs, where) {
    return signature.getParameters().map((symbol) => {
      const node = symbol.valueDeclaration;
      if (!this.ts.isParameter(node) || node.dotDotDotToken || !this.ts.isIdentifier(node.name)) {
        throw new Problem(`${where}: a parameter is a name, or the only one is \`{ … }\`; it is no list of the rest`);
      }
      const about = docs.parameters.get(symbol.name) ?? noDocs();
      const type = this.checker.getTypeOfSymbolAtLocation(symbol, node);
      const optional = this.checker.isOptionalParameter(node) || this.#bracketed(node);
      return this.#parameter(symbol.name, { type, docs: about, optional, initializer: node.initializer }, where);
    });
  }

  /** Each property of the only parameter is an argument. */
  #named(node, docs, where) {
    const type = this.checker.getTypeAtLocation(node);
    if (type.flags & this.ts.TypeFlags.Any) {
      throw new Problem(`${where} has no types for its arguments; write \`@param {object} args\` and \`@param {string} args.…\`, or a type in TypeScript`);
    }
    const initializers = new Map();
    for (const element of node.name.elements) {
      initializers.set((element.propertyName ?? element.name).getText(), element.initializer);
    }
    return this.checker.getPropertiesOfType(type).map((symbol) => {
      const { name } = symbol;
      const declaration = symbol.declarations?.[0];
      const about = docs.parameters.get(declaration?.name?.getText() ?? "") ?? (declaration ? docsOf(this.ts, declaration) : noDocs());
      const optional = Boolean(symbol.flags & this.ts.SymbolFlags.Optional);
      const initializer = initializers.get(name);
      return this.#parameter(name, { type: this.checker.getTypeOfSymbol(symbol), docs: about, optional, initializer }, where);
    });
  }

  #parameter(name, { type, docs, optional, initializer }, where) {
    const inside = `${where}: parameter \`${name}\``;
    const written = initializer && literal(this.ts, initializer);
    if (written) {
      docs.tags.set("default", JSON.stringify(written.value));
    }
    const mayMiss = optional || Boolean(initializer) || docs.tags.has("default");
    const schema = this.inputs.described(type, docs, inside, { optional: mayMiss });
    if (!mayMiss) {
      return { name, schema, needed: true };
    }
    if ("default" in schema) {
      return { name, schema, fallback: schema.default };
    }
    const nullable = this.inputs.nullable(schema);
    // Where the type itself has null, null is a value.
    return { name, schema: nullable, absent: nullable !== schema };
  }

  /** Whether JSDoc says `[name]` or `{type=}`. */
  #bracketed(node) {
    const { ts } = this;
    return ts.getJSDocParameterTags(node).some((tag) => tag.isBracketed || (tag.typeExpression && ts.isJSDocOptionalType(tag.typeExpression.type)));
  }

  /** The schema of a result that becomes JSON, if it has one; `rich` if it is content already. */
  #output(signature) {
    const { checker, ts } = this;
    const returned = checker.getReturnTypeOfSignature(signature);
    const type = checker.getAwaitedType(returned) ?? returned;
    const isContent = (part) => part.getSymbol()?.name === "Content" && this.#isSdk(part);
    if (isContent(type) || (checker.isArrayType(type) && isContent(checker.getTypeArguments(type)[0]))) {
      return { rich: true };
    }
    const texts = ts.TypeFlags.StringLike | ts.TypeFlags.VoidLike | ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.Never;
    const parts = type.isUnion() ? type.types : [type];
    if (parts.some((part) => part.flags & texts || isContent(part))) {
      return {};
    }
    try {
      return { schema: JSON.stringify(this.outputs.of(type, "the result")) };
    } catch (error) {
      if (error instanceof Problem) {
        return {};
      }
      throw error;
    }
  }

  #isTool(type) {
    return type.getSymbol()?.name === "Tool" && this.#isSdk(type);
  }

  #isSdk(type) {
    return type.getSymbol().declarations.some((node) => /[\\/]toolhost-sdk[\\/]index\.d\.ts$/.test(node.getSourceFile().fileName));
  }

  #place(node) {
    const source = node.getSourceFile();
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    return `${relative(this.project, source.fileName)}:${line + 1}`;
  }
}

function noDocs() {
  return { text: "", tags: new Map(), parameters: new Map() };
}

/** `getWeather` is `get_weather`, `parseURLPath` is `parse_url_path`. */
export function snake(name) {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}

/** The value of an expression that is written out, as JSON would write it. */
function literal(ts, node) {
  if (ts.isStringLiteralLike(node)) {
    return { value: node.text };
  }
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) {
    return literal(ts, node.expression);
  }
  if (ts.isArrayLiteralExpression(node)) {
    const items = node.elements.map((element) => literal(ts, element));
    return items.every(Boolean) ? { value: items.map((item) => item.value) } : null;
  }
  // `undefined`, calls and names are the function's own business.
  const text = node.getText();
  return /^(true|false|null|\{\s*\}|-?[\d_.]+(e[+-]?\d+)?)$/i.test(text) ? { value: JSON.parse(text.replaceAll("_", "")) } : null;
}
