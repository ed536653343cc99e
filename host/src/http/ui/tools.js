// The catalogue of tools, and one tool: what it takes, what it may touch, and a form that calls it.
import { amount, api, bareName, button, bytes, code, count, curl, cut, duration, facts, failure, fold, fullName, h, input, invokeBody, leads, link, long, nameLink, note, pairs, parseExact, plural, status, table, tidy, toolLink, tools, withQuery } from './core.js';

const limit = (v) => (/^\d+$/.test(v ?? '') ? tidy(v < 1e6 ? count(v) : amount(v)) : v ?? '–');
const json = (v, indent) => JSON.stringify(v, null, indent);

// ---- Schemas

function resolve(schema, root) {
  for (let i = 0; i < 16 && /^#(\/|$)/.test(schema?.$ref); i++) {
    const { $ref, ...beside } = schema;
    let to = root;
    for (const part of $ref.split('/').slice(1)) {
      const k = part.replaceAll('~1', '/').replaceAll('~0', '~');
      to = Object.hasOwn(Object(to), k) ? to[k] : {};
    }
    schema = { ...to, ...beside };
  }
  return Object(schema);
}
// Takes "or null" off a schema, in each of the ways it is written.
function core(given, root) {
  const schema = resolve(given, root), isNull = (x) => x?.type === 'null' || x?.const === null;
  for (const many of ['anyOf', 'oneOf']) {
    const all = schema[many], rest = Array.isArray(all) ? all.filter((x) => !isNull(x)) : [];
    if (!rest.length || rest.length === all.length) continue;
    const { [many]: _, ...beside } = schema;
    return { nullable: true, schema: rest.length > 1 ? { ...beside, [many]: rest } : { ...resolve(rest[0], root), ...beside } };
  }
  if (!Array.isArray(schema.type) || !schema.type.includes('null')) return { nullable: false, schema };
  const rest = schema.type.filter((t) => t !== 'null');
  return { nullable: true, schema: { ...schema, type: rest.length > 1 ? rest : rest[0], enum: schema.enum?.filter((v) => v !== null) } };
}

function typeText(given, root, depth = 0) {
  const { schema, nullable } = core(given, root), many = schema.oneOf ?? schema.anyOf;
  const text = 'const' in schema ? json(schema.const)
    : schema.enum ? schema.enum.slice(0, 12).map((v) => json(v)).join(' | ') + (schema.enum.length > 12 ? ' | …' : '')
      : many ? (depth < 2 && many.length < 5 ? many.map((x) => typeText(x, root, depth + 1)).join(' or ') : `one of ${many.length} shapes`)
        : schema.type === 'array' ? (schema.items && depth < 3 ? `list of ${typeText(schema.items, root, depth + 1)}` : 'list')
          : [schema.type ?? 'any'].flat().join(' or ');
  return nullable ? `${text} or null` : text;
}
const BOUNDS = { minimum: '≥', exclusiveMinimum: '>', maximum: '≤', exclusiveMaximum: '<', multipleOf: 'multiple of', minLength: 'length ≥', maxLength: 'length ≤', pattern: 'matches', format: '', minItems: 'items ≥', maxItems: 'items ≤', default: 'default' };
const bounds = (given, root) => Object.entries(core(given, root).schema).filter(([k, v]) => Object.hasOwn(BOUNDS, k) && v !== undefined)
  .map(([k, v]) => `${BOUNDS[k]} ${typeof v === 'string' && k !== 'default' ? v : json(v)}`.trim()).join(', ');

function schemaRows(schema, root, depth = 0, path = '') {
  return Object.entries(schema.properties ?? {}).flatMap(([name, sub]) => {
    const inner = core(sub, root).schema, item = inner.items ? core(inner.items, root).schema : {}, more = bounds(sub, root), about = inner.description ?? item.description;
    return [h('tr', h('th', { scope: 'row' }, h('code', h('span.muted', path), name)), h('td', h('span.type', long(typeText(sub, root), 200))),
      h('td.nowrap', schema.required?.includes(name) ? 'required' : h('span.muted', 'optional')), h('td', about && long(about), more && h('div.muted', long(more, 200)))),
    ...(depth > 3 ? [] : inner.properties ? schemaRows(inner, root, depth + 1, `${path}${name}.`) : schemaRows(item, root, depth + 1, `${path}${name}[].`))];
  });
}
function schemaView(schema, what) {
  const rows = schemaRows(schema, schema);
  return [rows.length ? table(what, 'schema', ['Name', 'Type', '', 'Meaning'], h('tbody', rows)) : h('p', schema.type === 'object' ? 'Nothing.' : h('code', typeText(schema, schema)), ' ', schema.description && long(schema.description)),
    fold('JSON Schema', code(json(schema, 2), `JSON Schema of ${what}`))];
}

// ---- The catalogue

export function catalogue(root, _, page) {
  page.title('Tools');
  const search = input({ type: 'search', 'data-search': '', 'aria-label': 'Search tools', placeholder: 'Search   /', oninput: () => draw() }), summary = h('span.muted', { role: 'status' }), body = h('div');
  root.append(h('div.head', h('h1', 'Tools'), h('div.head-end', summary, search)), body);
  let all = [];
  function row(t) {
    const names = Object.keys(t.input_schema?.properties ?? {}), kinds = Map.groupBy(t.grants ?? [], (g) => g.kind);
    return leads(toolLink(t), h('th', { scope: 'row' }, nameLink(toolLink(t), bareName(t))), h('td.about', h('span.clamp', { title: t.description }, (t.description ?? '').slice(0, 600))),
      h('td.mono', names.slice(0, 6).map((name, i) => [i ? ', ' : '', name.slice(0, 40), !t.input_schema.required?.includes(name) && h('span.muted', '?')]), names.length > 6 && ', …', !names.length && '–'),
      ['timeout', 'memory', 'fuel'].map((k) => h('td.num', limit(t.limits?.[k]))),
      h('td', kinds.size ? h('span.chips', [...kinds].map(([kind, list]) => h('span.chip', { title: list.map((g) => g.text).join('\n') }, kind, list.length > 1 && h('b', list.length)))) : h('span.good', 'nothing')));
  }
  function draw() {
    const words = search.value.toLowerCase().split(/\s+/);
    const found = all.filter((t) => words.every((w) => `${t.name} ${t.toolgroup_id} ${t.provider_id} ${t.description}`.toLowerCase().includes(w)));
    summary.textContent = `${found.length < all.length ? `${found.length} of ` : ''}${plural(all.length, 'tool')}`;
    body.replaceChildren(!found.length ? note(all.length ? 'No tool matches' : 'This host serves no tools', !all.length && h('p', 'Add a tool group to its config and start it again.'))
      : table('Tools', 'catalogue', ['Tool', 'What it does', 'Arguments', '#Timeout', '#Memory', '#Fuel', 'May touch'], [...Map.groupBy(found, (t) => t.toolgroup_id)].sort(([a], [b]) => a.localeCompare(b)).map(([group, list]) =>
        h('tbody', h('tr', h('th.group', { colspan: 7, scope: 'rowgroup' }, cut(group), h('span.muted', ` from ${list[0].provider_id}`))), list.map(row)))));
  }
  const load = () => tools(true).then((list) => { all = list; draw(); }).catch((error) => body.replaceChildren(failure(error, load)));
  load();
}

// ---- One tool

export function tool(root, { parts }, page) {
  const [, group, ...rest] = parts, name = rest.join('/'), body = h('div');
  page.title(name);
  root.append(h('nav.crumbs', { 'aria-label': 'Where you are' }, h('a', { href: '#/tools' }, 'Tools'), ' / ', cut(group)), body);
  const load = () => tools().then((list) => {
    const t = list.find((x) => x.toolgroup_id === group && bareName(x) === name);
    if (!page.signal.aborted) body.replaceChildren(...(t ? toolView(t, page) : [note('No such tool', h('p', `The group ${group} has no tool ${name}.`))]));
  }).catch((error) => body.replaceChildren(failure(error, load)));
  load();
}

const HINTS = { readOnlyHint: ['reads only', 'changes things'], destructiveHint: ['may destroy', 'destroys nothing'], idempotentHint: ['may be repeated', 'must not be repeated'], openWorldHint: ['reaches out', 'stays inside'] };
function hints({ title, annotations = {} } = {}) {
  const words = Object.entries(annotations).map(([k, v]) => HINTS[k]?.[v ? 0 : 1]).filter(Boolean);
  return [title && h('p', long(title, 200)), words.length > 0 && h('p', h('span.chips', { title: 'As the component says; the host enforces grants, not these' }, words.map((w) => h('span.chip', w))))];
}

function toolView(t, page) {
  const part = (title, ...rest) => h('section', h('h2', title), rest);
  return [
    h('div.head', h('h1', long(bareName(t), 160)), h('div.head-end', h('a.button', { href: withQuery('#/traces', { tool: bareName(t) }) }, 'Its traces'))),
    h('div.both', h('div.about-tool',
      hints(t.metadata), h('p.lead', long(t.description || 'It has no description.', 1200)), h('p.muted', 'Called as ', h('code', fullName(t)), ', from provider ', h('code', t.provider_id)),
      part('May touch', t.grants?.length ? pairs(t.grants.map((g) => [g.kind, h('span.mono', long(g.text))]))
        : h('p.nothing', h('b.good', 'Nothing is granted.'), ' No network, no files, no variables, no secrets: it can only work with the arguments of a call.')),
      part('Takes', schemaView({ type: 'object', ...t.input_schema }, 'the arguments')),
      part('Answers', t.output_schema ? schemaView(t.output_schema, 'the result') : h('p.muted', 'Without a schema.')),
      part('Limits of a call', h('dl.limits', Object.entries(t.limits ?? {}).map(([k, v]) => h('div', h('dt', k), h('dd', limit(v))))))), callForm(t, page)),
  ];
}

// ---- The form

const NUMBER = { integer: /^-?(0|[1-9]\d*)$/, number: /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/ };
function invalid(el, error, text) {
  error.textContent = text;
  el.ariaInvalid = text ? 'true' : null;
}

// A field reads as JSON text, so that a number keeps every digit that was typed.
function field(name, given, required, root, changed, n) {
  const { schema, nullable } = core(given, root), id = `a${n}`, about = resolve(given, root).description ?? schema.description;
  const choices = schema.enum ?? ('const' in schema ? [schema.const] : schema.type === 'boolean' ? [true, false] : null);
  const type = choices ? 'choice' : ['string', 'integer', 'number'].includes(schema.type) ? schema.type : 'json';
  const props = { id, 'aria-describedby': `${id}h ${id}e`, 'aria-required': required ? 'true' : null, spellcheck: 'false', autocomplete: 'off', oninput() { fail(''); changed(); } };
  const el = choices ? h('select', props, h('option', { value: '' }, required ? 'choose' : 'leave out'), choices.map((v, i) => h('option', { value: i + 1 }, typeof v === 'string' ? v : json(v))))
    : NUMBER[type] ? input({ ...props, inputmode: type === 'integer' ? 'numeric' : 'decimal' })
      : h(type === 'json' ? 'textarea.mono' : 'textarea', { ...props, rows: type === 'json' ? 3 : 1, placeholder: type === 'json' ? { array: '[ ]', object: '{ }' }[schema.type] ?? 'JSON' : null });
  const none = nullable && h('input', { type: 'checkbox', onchange() { el.disabled = none.checked; fail(''); changed(); } }), error = h('p.field-error', { id: `${id}e` });
  const fail = (text) => invalid(el, error, text);
  return {
    name, el, fail,
    box: h('div.field', h('div.field-head', h('label', { for: id }, name), h('span.muted', required ? 'required' : 'optional'), none && h('label.null', none, ' null')), el,
      h('p.hint', { id: `${id}h` }, about && [long(about, 300), ' '], h('span.type', [typeText(given, root), bounds(given, root)].filter(Boolean).join(', ').slice(0, 300))), error),
    read() {
      const v = type === 'string' ? el.value : el.value.trim();
      if (none.checked) return { text: 'null' };
      if (!v) return required ? { error: type === 'string' ? 'Required. To send an empty text, use JSON.' : 'Required.' } : {};
      if (choices) return { text: json(choices[v - 1]) };
      if (type === 'string') return { text: json(v) };
      if (NUMBER[type]) return NUMBER[type].test(v) ? { text: v } : { error: `This is not ${type === 'integer' ? 'a whole' : 'a'} number.` };
      try { JSON.parse(v); return { text: v }; } catch (e) { return { error: `This is not JSON: ${e.message}` }; }
    },
    // Answers false if the field cannot show the value.
    write(v) {
      if (none) el.disabled = none.checked = v === null;
      fail('');
      const i = choices ? choices.findIndex((c) => json(c) === json(v)) + 1 : 0;
      el.value = v == null ? '' : choices ? i || '' : type === 'string' && typeof v === 'string' ? v : json(v, type === 'json' ? 2 : 0);
      return v === undefined || (v === null ? !!none || i > 0 : choices ? i > 0 : type !== 'string' || (typeof v === 'string' && v !== ''));
    },
  };
}

const drafts = new Map(); // What was typed and answered, by tool: "back" from a trace finds it again.

function callForm(t, page) {
  const full = fullName(t), root = { type: 'object', ...t.input_schema }, top = core(root, root).schema, needs = (k) => !!top.required?.includes(k);
  const names = Object.keys(top.properties ?? {}).sort((a, b) => needs(b) - needs(a));
  const draft = drafts.get(full) ?? { kwargs: '{}', raw: !names.length && !!(top.additionalProperties ?? top.oneOf ?? top.anyOf) };
  drafts.set(full, draft);
  const fields = names.map((k, i) => field(k, top.properties[k], needs(k), root, changed, i));
  const rawError = h('p.field-error', { id: 'raw-error' }), rawFail = (text) => invalid(raw, rawError, text);
  const raw = h('textarea.mono', { id: 'raw', rows: 10, spellcheck: 'false', 'aria-describedby': 'raw-error', oninput() { rawFail(''); changed(); } });
  const asForm = h('div', fields.length ? fields.map((f) => f.box) : h('p.muted', 'It takes no arguments.')), asRaw = h('div.field', h('div.field-head', h('label', { for: 'raw' }, 'Arguments as JSON')), raw, rawError);
  const modes = ['Form', 'JSON'].map((text, i) => button(text, () => mode(!!i)));
  const problems = h('div', { role: 'alert' }), result = h('div.result', { role: 'status' }), elapsed = h('span.muted.num');
  const send = h('button.primary', 'Call'), stop = button('Stop waiting', () => abort.abort());
  const commandText = () => curl(invokeBody(full, draft.kwargs)), command = code(commandText, 'the curl command');
  let abort;

  // The arguments as JSON text; mistakes are told only when `tell`.
  function kwargs(tell) {
    if (draft.raw) {
      const text = raw.value.trim() || '{}';
      try {
        const v = JSON.parse(text);
        if (Object(v) !== v || Array.isArray(v)) throw new Error('arguments are an object, such as {"name": "value"}');
        return { text };
      } catch (e) {
        if (tell) { rawFail(`This cannot be sent: ${e.message}`); raw.focus(); }
        return { text, failed: true };
      }
    }
    const all = fields.map((f) => [f, f.read()]), bad = all.filter(([, r]) => r.error);
    if (tell) for (const [f, r] of all) f.fail(r.error ?? '');
    if (tell) bad[0]?.[0].el.focus();
    return { text: `{${all.filter(([, r]) => r.text).map(([f, r]) => `${json(f.name)}: ${r.text}`).join(', ')}}`, failed: bad.length > 0 };
  }
  function changed() {
    draft.kwargs = kwargs().text;
    command.firstChild.textContent = commandText();
    problems.replaceChildren();
  }
  function mode(to) {
    if (to === draft.raw) return;
    if (to) {
      raw.value = json(parseExact(kwargs().text), 2);
      rawFail('');
    } else if (!fillIn(raw.value)) return;
    draft.raw = to;
    shown();
  }
  function fillIn(text) {
    let v;
    try { v = Object(parseExact(text || '{}')); } catch (e) { rawFail(`The form cannot show this: ${e.message}`); return false; }
    const odd = [...Object.keys(v).filter((k) => !names.includes(k)), ...fields.filter((f) => !f.write(Object.hasOwn(v, f.name) ? v[f.name] : undefined)).map((f) => f.name)];
    rawFail(odd.length ? `The form cannot show ${odd.slice(0, 5).join(', ')}.` : '');
    return !odd.length;
  }
  function shown() {
    asForm.hidden = draft.raw;
    asRaw.hidden = !draft.raw;
    modes.forEach((b, i) => { b.ariaPressed = draft.raw === !!i; });
    changed();
  }

  async function submit() {
    const { text, failed } = kwargs(true), began = performance.now();
    problems.replaceChildren();
    if (failed || send.disabled) return;
    abort = new AbortController();
    send.disabled = true;
    result.classList.add('old');
    // Shown only after a moment: a quick call should not make the form flicker.
    const timer = setInterval(() => { stop.hidden = false; elapsed.textContent = `${((performance.now() - began) / 1000).toFixed(1)} s`; }, 200);
    try {
      draft.answer = await api('/v1/tool-runtime/invoke', { body: invokeBody(full, text), signal: AbortSignal.any([page.signal, abort.signal]), wait: 0, exact: true });
    } catch (error) {
      draft.answer = page.signal.aborted ? null : abort.signal.aborted ? { stopped: true } : { refused: error };
    }
    clearInterval(timer);
    send.disabled = false;
    stop.hidden = true;
    elapsed.textContent = '';
    result.classList.remove('old');
    answered();
  }
  function answered() {
    const list = wrong(draft.answer);
    result.replaceChildren(...(draft.answer ? answerView(draft.answer) : []));
    if (!list.length) return;
    problems.replaceChildren(h('div.problems', h('h3', `${plural(list.length, 'problem')} with the arguments`), h('ul', list.map(([path, text]) => h('li', path && [h('code', path), ' '], long(text))))));
    if (draft.raw) return;
    const hit = list.map(([path, text]) => {
      const f = fields.find((x) => path === x.name || (path.startsWith(x.name) && '.[/'.includes(path[x.name.length])));
      f?.fail(text.slice(0, 300));
      return f;
    }).find(Boolean);
    hit?.el.focus();
  }

  stop.hidden = true;
  if (draft.raw || !fillIn(draft.kwargs)) { draft.raw = true; raw.value = draft.kwargs; rawFail(''); }
  shown();
  answered();
  return h('form.call', { 'aria-label': 'Call it', onsubmit(e) { e.preventDefault(); submit(); }, onkeydown(e) { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) submit(); } },
    h('div.call-head', h('h2', 'Call it'), h('span.segments', { role: 'group', 'aria-label': 'How to give the arguments' }, modes)),
    asForm, asRaw, problems, h('div.actions', send, stop, elapsed), result, h('h3', 'The same with curl'), command);
}

// All that is wrong with the arguments, from each of the shapes in which the host says so.
function wrong(answer) {
  const body = answer?.refused?.body ?? answer, list = body?.metadata?.problems ?? body?.detail?.errors;
  if (Array.isArray(list)) return list.slice(0, 100).map((p) => [String(p.path ?? p.loc?.slice(1).join('.') ?? '').replace(/^kwargs[./]/, ''), String(p.message ?? p.msg)]);
  return answer?.refused?.status === 400 ? [['', answer.refused.message]] : [];
}

function item(v, i) {
  if (typeof v === 'string' || typeof v?.text === 'string') return h('pre.answer', { tabindex: '0', role: 'region', 'aria-label': `Answer ${i + 1}` }, long(v.text ?? v, 4000));
  const data = v?.type === 'image' && (v.image?.data ?? v.data), mime = v?.mimeType ?? v?.image?.mime_type ?? 'image/png';
  // Only formats that cannot hold code.
  if (/^image\/(png|jpeg|gif|webp)$/.test(mime) && /^[\w+/=]+$/.test(data || '')) return h('img.answer', { alt: 'Image that the tool answered with', src: `data:${mime};base64,${data}` });
  return item(json(v, 2), i);
}
const kindChip = (kind) => kind && [' ', h('span.chip.error', cut(kind))];

function answerView(a) {
  if (a.stopped) return [h('p', status('unset', 'Stopped waiting'), h('span.muted', ' The host ends a call whose caller went away.'))];
  if (a.refused) {
    const { status: code, message, retryAfter, body } = a.refused;
    return [h('p', status('error', code ? `Refused with ${code}` : 'No answer'), kindChip(body?.metadata?.kind)), h('p', long(message)), h('p.muted', retryAfter && `The host asks to wait ${retryAfter} s.`)];
  }
  const m = a.metadata ?? {}, failed = a.error_message != null || a.error_code != null, content = failed && a.content === a.error_message ? [] : [a.content ?? []].flat();
  return [
    h('p', h('b', status(failed ? 'error' : 'ok', failed ? 'Failed' : 'Answered')), h('span.num', m.duration_ms != null && `${failed ? ' after' : ' in'} ${duration(m.duration_ms)}`), kindChip(failed && m.kind)),
    failed && h('div.error-text.mono', long(a.error_message ?? '', 2000)), content.map(item), !failed && !content.length && h('p.muted', 'The answer is empty.'),
    m.structured !== undefined && fold('As data', code(json(m.structured, 2), 'the result as JSON')),
    m.denials?.length > 0 && h('section', h('h3', plural(m.denials.length, 'denial')), h('ul', m.denials.map((d) => h('li.denial', h('code', String(d.rule)), ' ', h('span.mono', long(d.target ?? '')), h('div.muted', long(d.reason ?? '')), d.grant && fold('What would grant it', code(String(d.grant), 'the YAML')))))),
    facts(a.error_code != null && ['Code', a.error_code], m.queue_ms >= 1 && ['Waited', duration(m.queue_ms)], m.fuel_used != null && ['Fuel', amount(m.fuel_used)], m.memory_peak_bytes != null && ['Memory', bytes(m.memory_peak_bytes)],
      m.trace_id && ['Trace', h('a', { href: link('traces', String(m.trace_id)) }, String(m.trace_id).slice(0, 16))]),
  ].flat().filter(Boolean);
}
