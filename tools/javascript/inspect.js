// Values as text, in the manner of a console, and as JSON where that loses nothing.

const WIDTH = 72;
const DEPTH_MAX = 4;
const ITEMS_MAX = 100;
const NODES_MAX = 20000;

// As a console shows a value: `{ a: 1, b: [ 2, 3 ] }`.
export function inspect(value, depth = 0, above = []) {
  switch (typeof value) {
    case "string":
      return quoted(value);
    case "bigint":
      return `${value}n`;
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "function":
      return described(value);
    case "object":
      return value === null ? "null" : object(value, depth, above);
    default:
      return String(value);
  }
}

function quoted(text) {
  const mark = ["'", '"', "`"].find((mark) => !text.includes(mark)) ?? "'";
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark;
}

function described(callable) {
  const kind = Function.prototype.toString.call(callable).startsWith("class") ? "class" : "Function";
  return kind === "class" ? `[class ${callable.name}]` : `[Function: ${callable.name || "(anonymous)"}]`;
}

function object(value, depth, above) {
  if (above.includes(value)) return "[Circular]";
  if (value instanceof Error) return value.stack ? `${value}\n${value.stack.trimEnd()}` : String(value);
  if (value instanceof Date) return isNaN(value) ? "Invalid Date" : value.toISOString();
  if (value instanceof RegExp) return String(value);
  if (value instanceof Promise) return "Promise { <pending> }";
  const name = named(value);
  if (depth > DEPTH_MAX) return Array.isArray(value) ? "[Array]" : `[${name || "Object"}]`;
  const inner = (item) => inspect(item, depth + 1, [...above, value]);
  if (Array.isArray(value)) return list("", "[", "]", bounded(value.length, (i) => (i in value ? inner(value[i]) : "<empty>")), depth);
  if (ArrayBuffer.isView(value) && value.length !== undefined) {
    return list(`${name}(${value.length}) `, "[", "]", bounded(value.length, (i) => inner(value[i])), depth);
  }
  if (value instanceof Map) {
    const entries = [...value].slice(0, ITEMS_MAX).map(([key, item]) => `${inner(key)} => ${inner(item)}`);
    return list(`Map(${value.size}) `, "{", "}", more(entries, value.size), depth);
  }
  if (value instanceof Set) {
    const entries = [...value].slice(0, ITEMS_MAX).map(inner);
    return list(`Set(${value.size}) `, "{", "}", more(entries, value.size), depth);
  }
  const keys = Reflect.ownKeys(value).filter((key) => Object.getOwnPropertyDescriptor(value, key).enumerable);
  const fields = keys.slice(0, ITEMS_MAX).map((key) => `${shownKey(key)}: ${field(value, key, inner)}`);
  const boxed = value instanceof Number || value instanceof String || value instanceof Boolean;
  if (boxed) return `[${name}: ${inspect(value.valueOf())}]`;
  return list(name && name !== "Object" ? `${name} ` : "", "{", "}", more(fields, keys.length), depth);
}

function named(value) {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null) return "[Object: null prototype]";
  const { constructor } = prototype;
  return typeof constructor === "function" ? constructor.name : "Object";
}

function field(value, key, inner) {
  const { get, set } = Object.getOwnPropertyDescriptor(value, key);
  return get || set ? `[${get ? "Getter" : ""}${get && set ? "/" : ""}${set ? "Setter" : ""}]` : inner(value[key]);
}

function shownKey(key) {
  if (typeof key === "symbol") return `[${String(key)}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key);
}

function bounded(length, item) {
  return more(Array.from({ length: Math.min(length, ITEMS_MAX) }, (_, i) => item(i)), length);
}

function more(items, length) {
  return length > items.length ? [...items, `... ${length - items.length} more`] : items;
}

function list(prefix, open, close, items, depth) {
  if (!items.length) return `${prefix}${open}${close}`;
  const line = `${prefix}${open} ${items.join(", ")} ${close}`;
  if (line.length <= WIDTH && !line.includes("\n")) return line;
  const indent = "  ".repeat(depth + 1);
  return `${prefix}${open}\n${items.map((item) => indent + item).join(",\n")}\n${"  ".repeat(depth)}${close}`;
}

// What a console prints for its arguments; the first may have `%s`, `%d`, `%i`, `%f`, `%j` and `%o`.
export function format(...given) {
  const rest = [...given];
  const parts = [];
  if (typeof rest[0] === "string" && rest.length > 1) {
    const text = rest.shift();
    parts.push(
      text.replace(/%([sdifjoO%])/g, (whole, kind) => {
        if (kind === "%") return "%";
        return rest.length ? substituted(kind, rest.shift()) : whole;
      }),
    );
  }
  return [...parts, ...rest.map((item) => (typeof item === "string" ? item : inspect(item)))].join(" ");
}

function substituted(kind, value) {
  if (kind === "s") return typeof value === "string" ? value : inspect(value);
  if (kind === "d") return typeof value === "bigint" ? `${value}n` : String(Number(value));
  if (kind === "i") return String(parseInt(value));
  if (kind === "f") return String(parseFloat(value));
  return kind === "j" ? JSON.stringify(value) : inspect(value);
}

// The JSON form of a value, or undefined if it has none that is the same value.
export function plain(value, left = { nodes: NODES_MAX }, depth = 0) {
  if (--left.nodes < 0 || depth > 100) return undefined;
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "object") return undefined;
  if (value instanceof Date) return isNaN(value) ? undefined : value.toISOString();
  const inner = (item) => plain(item, left, depth + 1);
  if (Array.isArray(value)) {
    const items = value.length <= left.nodes ? Array.from(value, inner) : [undefined];
    return items.includes(undefined) ? undefined : items;
  }
  if (![Object.prototype, null].includes(Object.getPrototypeOf(value))) return undefined;
  const fields = Object.entries(value).map(([key, item]) => [key.toWellFormed(), inner(item)]);
  return fields.some(([, item]) => item === undefined) ? undefined : Object.fromEntries(fields);
}
