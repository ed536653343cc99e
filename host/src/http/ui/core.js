// What all pages share: building elements, asking the host, writing numbers and times.
// All data comes from tools that nobody has read, so a value only ever becomes a text node.

// Control and direction characters can make a line look like another one: they are shown as escapes.
const UNSEEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
export const plain = (v) => String(v).replace(UNSEEN, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));

// h('tag.class', { attributes }, children…); a child that is no element becomes text.
const maker = (create) => (spec, ...children) => {
  const [tag, ...classes] = spec.split('.'), el = create(tag);
  const props = children[0]?.constructor === Object ? children.shift() : {};
  if (classes.length) el.setAttribute('class', classes.join(' '));
  for (const [k, v] of Object.entries(props)) {
    if (v == null || v === false) continue;
    if (typeof v === 'function') el.addEventListener(k.slice(2), v);
    // Links stay in the page, whatever the data says.
    else if (k === 'href' && !v.startsWith('#/')) throw new Error('not a link within the page');
    else if (k === 'value') el.value = v;
    else el.setAttribute(k, v === true ? '' : k === 'title' || k === 'aria-label' ? plain(v).slice(0, 600) : v);
  }
  el.append(...children.flat(9).filter((c) => c != null && c !== false).map((c) => (c instanceof Node ? c : plain(c))));
  return el;
};
export const h = maker((tag) => document.createElement(tag));
export const s = maker((tag) => document.createElementNS('http://www.w3.org/2000/svg', tag));

export const $ = (id) => document.getElementById(id);
export const say = (text) => { $('live').textContent = text; };
export const link = (...parts) => '#/' + parts.map(encodeURIComponent).join('/');
export const withQuery = (path, query) => {
  const q = new URLSearchParams(Object.entries(query).filter(([, v]) => v));
  return q.size ? `${path}?${q}` : path;
};

// ---- Asking the host

const KEY = 'toolhost.key';
export const key = {
  get: () => sessionStorage.getItem(KEY),
  set: (v) => sessionStorage.setItem(KEY, v),
  forget: () => sessionStorage.removeItem(KEY),
};
export const hooks = { unauthorized() {} };

export async function api(path, { signal, body, wait = 30_000, exact, ask = hooks.unauthorized, bearer = key.get() } = {}) {
  const headers = { accept: 'application/json' };
  if (bearer) headers.authorization = `Bearer ${bearer}`;
  if (body != null) headers['content-type'] = 'application/json';
  const signals = [signal, wait && AbortSignal.timeout(wait)].filter(Boolean);
  const refuse = (status, message, more) => { throw Object.assign(new Error(message), { status, ...more }); };
  let response, text, data = null;
  try {
    response = await fetch(path, { method: body == null ? 'GET' : 'POST', headers, body, signal: AbortSignal.any(signals), cache: 'no-store' });
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    refuse(0, 'The host does not answer.');
  }
  try { data = exact ? parseExact(text) : JSON.parse(text); } catch { /* the status says enough */ }
  if (response.ok && data !== null) return data;
  if (response.status === 401) ask(false);
  const message = data?.error?.message ?? data?.detail;
  refuse(response.status, typeof message === 'string' ? message : `The host answered ${response.status}, without a reason.`, { body: data, retryAfter: response.headers.get('retry-after') });
}

// Integers beyond 2^53 keep their digits, where the browser can do that.
export const parseExact = (text) => JSON.parse(text, (_, v, context) =>
  (Number.isInteger(v) && !Number.isSafeInteger(v) && context?.source && JSON.rawJSON ? JSON.rawJSON(context.source) : v));

let asked = null;
export function tools(fresh) {
  if (!asked || fresh || Date.now() - asked.at > 30_000) {
    const mine = asked = { at: Date.now(), data: api('/v1/toolhost/tools', { exact: true }).then((r) => r.data) };
    mine.data.catch(() => { if (asked === mine) asked = null; });
  }
  return asked.data;
}

// Runs `work` now and again `ms` after it ended; not while the page is hidden, and less often if the host is slow.
export function repeat(ms, signal, work) {
  let timer, busy = false, wanted = false;
  const run = async () => {
    clearTimeout(timer);
    if (signal.aborted || document.hidden) return;
    if (busy) { wanted = true; return; }
    busy = true;
    const began = performance.now();
    try { await work(); } finally { busy = false; }
    if (wanted) { wanted = false; run(); } else timer = setTimeout(run, Math.max(ms, 5 * (performance.now() - began)));
  };
  document.addEventListener('visibilitychange', run, { signal });
  run();
  return run;
}

// ---- Numbers and times

const three = (x) => {
  const r = Number(x.toPrecision(3));
  return r.toFixed(r >= 100 || !r ? 0 : r >= 10 ? 1 : 2);
};
function scaled(x, base, units, whole) {
  let i = 0;
  while (i < units.length - 1 && Number(x.toPrecision(3)) >= base) { x /= base; i++; }
  return `${whole && !i && Number.isInteger(x) ? x : three(x)}\xa0${units[i]}`.trim();
}
export function duration(ms) {
  if (ms == null) return '–';
  if (ms < 1) return scaled(ms * 1000, 1000, ['µs', 'ms']);
  if (ms < 59_950) return scaled(ms, 1000, ['ms', 's']);
  const t = Math.round(ms / 1000);
  return t < 3600 ? `${Math.floor(t / 60)}\xa0min\xa0${pad(t % 60)}\xa0s` : `${Math.floor(t / 3600)}\xa0h\xa0${pad(Math.floor(t / 60) % 60)}\xa0min`;
}
export const amount = (n) => (n == null ? '–' : scaled(Number(n), 1000, ['', 'k', 'M', 'G', 'T'], true));
export const bytes = (n) => (n == null ? '–' : scaled(Number(n), 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB'], true));
export const count = (n) => (n < 1e6 ? Number(n).toLocaleString('en-US') : amount(n));
export const plural = (n, one) => `${count(n)} ${one}${n === 1 ? '' : 's'}`;
export const rate = (x) => (x === 0 ? '0' : x < 0.01 ? '<0.01' : x < 1000 ? three(x) : count(Math.round(x)));
export function share(part, whole) {
  const p = whole ? (100 * part) / whole : 0;
  return `${!p ? 0 : p < 0.1 ? '<0.1' : p > 99.9 && part < whole ? '>99.9' : p === 100 ? 100 : p.toFixed(1)}\xa0%`;
}
// Without zeros that say nothing, for axes and limits.
export const tidy = (text) => text.replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '');
// 1, 2 or 5 times a power of ten, so that about `parts` of them make `max`.
export function niceStep(max, parts) {
  const raw = max / parts, power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map((f) => f * power).find((v) => v >= raw * 0.999);
}

const pad = (n, w = 2) => String(n).padStart(w, '0');
export const day = (d) => d.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
export const hm = (d) => `${pad(d.getHours())}:${pad(d.getMinutes())}`;
export const hms = (d) => `${hm(d)}:${pad(d.getSeconds())}`;
export function when(text) {
  const d = new Date(text);
  if (Number.isNaN(+d)) return text;
  return h('time', { datetime: d.toISOString(), title: text }, d.toDateString() !== new Date().toDateString() && h('span.muted', `${day(d)} `), `${hms(d)}.${pad(d.getMilliseconds(), 3)}`);
}

// ---- Pieces

export const cut = (text, cls = '') => h(`span.cut${cls}`, { title: text }, text);
export function status(word, more = word) {
  const at = ['ok', 'error'].indexOf(word) + 1;
  return h(`span.status.${at ? word : 'unset'}`, h('i', { 'aria-hidden': 'true' }, '○●✕'[at]), more);
}
export const input = (props) => h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', ...props });
export const button = (text, onclick, props) => h('button', { type: 'button', onclick, ...props }, text);
export const facts = (...pairs) => h('dl.facts', pairs.filter(Boolean).map(([k, ...v]) => h('div', h('dt', k), h('dd', v))));
export const pairs = (rows) => h('table.pairs', h('tbody', rows.map(([k, ...v]) => h('tr', h('th', { scope: 'row' }, k), h('td', v)))));
// A table that scrolls by itself; a head that begins with # is of numbers.
export const table = (label, cls, heads, ...bodies) => h('div.scroll', { tabindex: '0', role: 'region', 'aria-label': label },
  h(`table.data.${cls}`, h('thead', h('tr', heads.map((x) => (x instanceof Node ? x : x ? h(x[0] === '#' ? 'th.num' : 'th', { scope: 'col' }, x.replace('#', '')) : h('td'))))), bodies));
// A row that leads somewhere: by its link, and by a click anywhere.
export const leads = (href, ...cells) => h('tr.leads', { onclick(e) { if (!e.target.closest('a') && !String(getSelection())) location.hash = href; } }, cells);
export const nameLink = (href, name) => h('a.cut', { href, title: name, 'data-row': '' }, name);

export function copyButton(text, what) {
  const b = button('Copy', async () => {
    const value = typeof text === 'function' ? text() : text;
    try {
      await navigator.clipboard.writeText(value);
    } catch {
      // Without TLS, and not on loopback, browsers have only the old way.
      const area = h('textarea.hidden', { value });
      b.after(area);
      area.select();
      document.execCommand('copy');
      area.remove();
    }
    b.textContent = 'Copied';
    say(`Copied ${what}`);
    setTimeout(() => { b.textContent = 'Copy'; }, 1500);
  }, { class: 'copy', 'aria-label': `Copy ${what}`, title: `Copy ${what}` });
  return b;
}

// A long value is cut, and shown whole on demand in a box that scrolls.
export function long(value, limit = 400) {
  const text = String(value), short = text.split('\n', 12).join('\n').slice(0, limit);
  const box = h('span.long', short === text ? text : `${short}…`);
  if (short === text) return box;
  const all = `Show all (${bytes(new Blob([text]).size)})`;
  const more = button(all, () => {
    const open = box.classList.toggle('whole');
    box.textContent = plain(open ? text : `${short}…`);
    more.textContent = open ? 'Show less' : all;
    more.setAttribute('aria-expanded', open);
  }, { class: 'more', 'aria-expanded': 'false' });
  return h('span', box, more);
}

export const code = (text, what) => h('div.code', h('pre', { tabindex: '0', role: 'region', 'aria-label': what }, typeof text === 'function' ? text() : text), copyButton(text, what));
export const fold = (title, ...rest) => h('details', h('summary', title), rest);
export const note = (title, ...rest) => h('section.note', h('h2', title), rest);
export function failure(error, retry) {
  if (error.status === 401) return note('This host asks for an API key', button('Enter a key', () => hooks.unauthorized(true)));
  const title = { 0: 'The host does not answer', 403: 'This API key may not see this', 404: 'Not found' }[error.status ?? ''] ?? 'That did not work';
  return note(title, error.status !== 0 && h('p', long(error.message)), button('Try again', retry));
}

// Makes `parent` hold a row for each item, and leaves alone rows that did not change: focus and clicks survive a refresh.
export function keyed(parent, items, id, make) {
  const had = parent.rows_ ?? new Map(), has = new Map();
  let at = parent.firstChild;
  for (const item of items) {
    const data = JSON.stringify(item), old = had.get(id(item));
    const row = old?.data === data ? old.row : make(item, !old && had.size > 0);
    if (old && old.row !== row) {
      if (at === old.row) at = row;
      const focused = old.row.contains(document.activeElement);
      old.row.replaceWith(row);
      if (focused) row.querySelector('a')?.focus({ preventScroll: true });
    }
    if (row === at) at = at.nextSibling;
    else parent.insertBefore(row, at);
    has.set(id(item), { row, data });
  }
  for (const [k, { row }] of had) if (!has.has(k)) row.remove();
  parent.rows_ = has;
}

// ---- Calls from the command line

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
export const invokeBody = (name, kwargs) => `{"tool_name": ${JSON.stringify(name)}, "kwargs": ${kwargs}}`;
// The key itself stays out of it: commands end up in histories and chats.
export const curl = (body) => `curl -s ${quoted(`${location.origin}/v1/tool-runtime/invoke`)} -H 'content-type: application/json'${key.get() ? ' -H "authorization: Bearer $TOOLHOST_API_KEY"' : ''} -d ${quoted(body)}`;
export const bareName = (t) => (t.name.startsWith(`${t.toolgroup_id}/`) ? t.name.slice(t.toolgroup_id.length + 1) : t.name);
export const fullName = (t) => `${t.toolgroup_id}/${bareName(t)}`;
export const toolLink = (t) => link('tools', t.toolgroup_id, bareName(t));

function sample(schema, depth = 0) {
  const given = schema?.examples?.[0] ?? schema?.default ?? schema?.const ?? schema?.enum?.[0], type = [schema?.type].flat()[0];
  if (given !== undefined) return given;
  if (type === 'object') return Object.fromEntries((depth < 3 && schema.required || []).map((k) => [k, sample(schema.properties?.[k], depth + 1)]));
  return { integer: schema?.minimum ?? 1, number: schema?.minimum ?? 1, boolean: true, array: [] }[type] ?? 'text';
}
// What to show where there are no calls yet: how to make one.
export function firstCall(list) {
  const t = list?.find((x) => !x.grants?.length) ?? list?.[0];
  if (!t) return h('p', 'This host serves no tools. Add a tool group to its config and start it again.');
  return [h('p', 'Make a call:'), code(curl(invokeBody(fullName(t), JSON.stringify(sample({ ...t.input_schema, type: 'object' })))), 'the curl command'),
    h('p', 'Or fill in ', h('a', { href: toolLink(t) }, `the form of ${bareName(t)}`), '.')];
}
