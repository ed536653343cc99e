// The list of traces with its filters, and one trace as a waterfall.
import { amount, api, button, bytes, copyButton, count, cut, duration, facts, failure, firstCall, h, input, keyed, leads, link, long, nameLink, niceStep, note, pairs, plural, repeat, say, status, table, tidy, tools, when, withQuery } from './core.js';

// ---- The list

const FILTERS = ['tool', 'status', 'since', 'slower_than', 'text'];
const SINCE = [['', 'any time'], ['15m', 'last 15 min'], ['1h', 'last hour'], ['24h', 'last 24 h'], ['7d', 'last 7 days']];
const picked = (q) => Object.fromEntries(FILTERS.filter((f) => q[f]).map((f) => [f, q[f]]));
let kept = null; // The list as it was left, for "back" from a trace.

export function traceList(root, { query }, page) {
  page.title('Traces');
  let filter = {}, rows = [], next = null, turn = 0, timer, follower = null, scrolled = 0;
  const options = (list) => list.map(([value, text]) => h('option', { value }, text));
  const names = h('datalist', { id: 'names' });
  tools().then((all) => names.append(...options([...new Set(all.map((t) => t.name.split('/').pop()))].map((x) => [x]))), () => {});
  const field = {
    tool: input({ list: 'names', placeholder: 'any' }), status: h('select', options([['', 'any'], ['ok', 'ok'], ['error', 'error']])), since: h('select', options(SINCE)),
    slower_than: input({ placeholder: 'such as 100ms', size: 11 }), text: input({ type: 'search', 'data-search': '', placeholder: 'Search   /' }),
  };
  const labels = ['Tool', 'Status', 'Since', 'Slower than', 'Text'];
  const clear = h('a.button', { href: '#/traces' }, 'Clear');
  const follow = button('Follow', toggle, { 'aria-pressed': 'false' });
  const body = h('tbody'), summary = h('p.muted', { role: 'status' }), message = h('div');
  const older = button('Load older', () => load(true)), grid = h('div', table('Traces', 'traces', ['Time', 'Tool or request', 'Status', 'Kind', '#Duration', '', '#Spans'], body), h('p.foot', older));
  root.append(h('div.head', h('h1', 'Traces'), h('div.head-end', summary, follow)),
    h('form.filters', { role: 'search', onsubmit(e) { e.preventDefault(); typed(true); } }, FILTERS.map((f, i) => h('label', h('span', labels[i]), field[f])), names, clear), message, grid);

  function row(r, isNew) {
    const href = link('traces', r.trace_id), name = r.tool ?? r.name;
    // The one request that all calls come by says nothing new.
    const more = [r.tool && r.name !== 'POST /v1/tool-runtime/invoke' && r.name, r.service !== 'toolhost' && r.service].filter(Boolean).join(' · ');
    const el = leads(href, h('td.nowrap', when(r.start_time)), h('th', { scope: 'row' }, h('span.two', nameLink(href, name), more && cut(more, '.muted'))),
      h('td', status(r.status)), h('td', r.error_type && cut(r.error_type, '.bad')), h('td.num', duration(r.duration_ms)),
      h('td', h(`i.bar.${r.status}`, { 'data-ms': r.duration_ms })), h('td.num', count(r.spans)));
    el.classList.toggle('new', !!isNew && !!follower);
    return el;
  }
  function draw() {
    keyed(body, rows, (r) => r.trace_id, row);
    // Against the slowest shown: the scale changes with the rows.
    const slowest = Math.max(...rows.map((r) => r.duration_ms), 1e-9);
    for (const el of body.querySelectorAll('.bar')) el.style.width = `${Math.max(0.5, (100 * el.dataset.ms) / slowest)}%`;
    grid.hidden = !rows.length;
    older.hidden = !next;
    summary.textContent = rows.length ? `${count(rows.length)}${next ? ' newest' : ''} shown` : '';
    kept = { filter: JSON.stringify(filter), rows, next, scrolled };
    if (rows.length) return message.replaceChildren();
    const place = Object.keys(filter).length ? note('No traces match', h('p', 'Widen a filter, or ', h('a', { href: '#/traces' }, 'clear them all'), '.')) : note('No traces yet');
    message.replaceChildren(place);
    if (!Object.keys(filter).length) tools().then((all) => place.append(h('div', firstCall(all))), () => {});
  }
  async function load(more) {
    const mine = ++turn, q = { ...filter, limit: 100, before: more && next };
    if (/^[\d.]+$/.test(q.slower_than ?? '')) q.slower_than += 'ms';
    older.disabled = true;
    try {
      const answer = await api(withQuery('/v1/toolhost/traces', q), { signal: page.signal }), found = answer.data;
      if (mine !== turn) return;
      const had = new Set(rows.map((r) => r.trace_id)), fresh = new Set(found.map((r) => r.trace_id));
      if (more) rows = rows.concat(found.filter((r) => !had.has(r.trace_id)));
      else {
        // Pages that were loaded before stay below the newest one, unless there is a gap between them.
        const rest = answer.next && found.some((r) => had.has(r.trace_id)) ? rows.filter((r) => !fresh.has(r.trace_id) && r.start_time <= found.at(-1).start_time) : [];
        rows = found.concat(rest);
        if (rest.length) answer.next = next;
      }
      next = answer.next;
      draw();
    } catch (error) {
      if (page.signal.aborted || mine !== turn) return;
      grid.hidden = !rows.length || error.status !== 0;
      summary.textContent = grid.hidden ? '' : 'The host does not answer; this list may be old.';
      if (grid.hidden) message.replaceChildren(failure(error, () => load()));
    } finally {
      older.disabled = false;
    }
  }
  function toggle() {
    follower?.abort();
    follower = follower ? null : new AbortController();
    follow.ariaPressed = !!follower;
    follow.textContent = follower ? 'Following' : 'Follow';
    say(follower ? 'New traces appear at the top' : 'No longer following');
    if (follower) repeat(2000, AbortSignal.any([page.signal, follower.signal]), () => load());
  }
  page.keys.p = toggle;
  page.signal.addEventListener('abort', () => { clearTimeout(timer); if (kept) kept.scrolled = scrolled; });
  document.addEventListener('scroll', () => { scrolled = window.scrollY; }, { signal: page.signal, passive: true });

  // Text replaces the URL as it is typed; a choice is a step that "back" undoes.
  function typed(done) {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const q = picked(Object.fromEntries(FILTERS.map((f) => [f, field[f].value.trim()])));
      history[done ? 'pushState' : 'replaceState'](null, '', withQuery('#/traces', q));
      update(q, true);
    }, done ? 0 : 250);
  }
  for (const f of FILTERS) field[f].addEventListener(field[f].tagName === 'SELECT' ? 'change' : 'input', (e) => typed(e.type === 'change'));

  function update(q, byHand) {
    const same = JSON.stringify(picked(q)) === JSON.stringify(filter) && rows.length;
    filter = picked(q);
    clear.hidden = !Object.keys(filter).length;
    // A link may name a time that is not among the choices.
    if (q.since && ![...field.since.options].some((o) => o.value === q.since)) field.since.append(...options([[q.since, q.since]]));
    if (!byHand) for (const f of FILTERS) field[f].value = q[f] ?? '';
    if (same) return;
    rows = [];
    load();
  }
  page.onUpdate(update);
  grid.hidden = true;
  if (kept?.filter === JSON.stringify(picked(query))) {
    ({ rows, next } = kept);
    filter = picked(query);
    const { scrolled: to } = kept;
    draw();
    window.scrollTo(0, to);
    if (rows.length) load();
  }
  update(query);
}

// ---- One trace

const isCall = (x) => x.attributes['gen_ai.tool.name'] != null || x.name.startsWith('execute_tool ');
const isDenial = (e) => e.attributes['denial.rule'] != null || e.name === 'denied';
const whyOf = (x) => x.attributes['error.type'] ?? (x.status === 'error' ? x.status_message : null);
const failedSpan = (x) => x.status === 'error';

// What happened, in one sentence.
function sentence(spans, call) {
  const name = call.attributes['gen_ai.tool.name'] ?? call.name, failed = failedSpan(call) || call.attributes['error.type'] != null;
  const requests = spans.filter((x) => x.kind === 'CLIENT'), bad = requests.filter(failedSpan).length, denied = spans.flatMap((x) => x.events).filter(isDenial).length;
  const did = [requests.length && `made ${plural(requests.length, 'request')}${bad ? ` (${bad} failed)` : ''}`, denied && `was denied ${plural(denied, 'time')}`].filter(Boolean).join(' and ');
  const why = failed && String(whyOf(call) ?? '').slice(0, 160);
  return `${String(name).slice(0, 120)} ${failed ? 'failed after' : isCall(call) ? 'answered in' : 'took'} ${duration(call.duration_ms)}${why ? `: ${why}` : ''}${did && `${why ? '; it' : ' and'} ${did}`}`;
}

export function trace(root, { parts }, page) {
  const id = parts[1], body = h('div');
  page.title(`Trace ${id.slice(0, 8)}`);
  root.append(h('nav.crumbs', { 'aria-label': 'Where you are' }, h('a', { href: withQuery('#/traces', kept ? JSON.parse(kept.filter) : {}) }, 'Traces'), ' / ', h('span.mono', id.slice(0, 8))), body);
  const load = async (tries = 4) => {
    try {
      const { spans } = await api(`/v1/toolhost/traces/${encodeURIComponent(id)}`, { signal: page.signal });
      for (const x of spans) Object.assign(x, { status: x.status.toLowerCase(), attributes: x.attributes ?? {}, events: (x.events ?? []).map((e) => ({ ...e, attributes: e.attributes ?? {} })) });
      body.replaceChildren(...waterfall(id, spans, page, () => load()));
    } catch (error) {
      if (page.signal.aborted) return;
      // The spans of a call that has just ended may still be on their way into the store.
      if (error.status === 404 && tries > 1) setTimeout(load, 400, tries - 1);
      else body.replaceChildren(failure(error, () => load()));
    }
  };
  load();
}

function waterfall(id, spans, page, reload) {
  // Only what came earlier is a parent: a made-up cycle cannot hang the page.
  const nodes = new Map();
  const rows = spans.map((span, at) => {
    const above = nodes.get(span.parent_span_id) ?? null, node = { span, at, above, below: [], depth: above ? above.depth + 1 : 0, open: true };
    above?.below.push(node);
    nodes.set(span.span_id, node);
    return node;
  });
  const events = spans.flatMap((x) => x.events), denied = events.filter(isDenial).length, logged = events.length - denied;
  const failed = spans.filter(failedSpan).length, call = spans.find(isCall) ?? spans[0];
  const start = Math.min(...spans.map((x) => x.offset_ms)), end = Math.max(...spans.map((x) => x.offset_ms + x.duration_ms), ...events.map((e) => e.offset_ms), start + 1e-3), total = end - start;
  const placed = (el, ms) => { el.style.left = `${Math.min(100, Math.max(0, (100 * (ms - start)) / total))}%`; return el; };

  const ticks = [];
  for (let t = 0, step = niceStep(total, 7); t < total * 0.96; t += step) ticks.push([t + start, t ? tidy(duration(t)) : '0']);
  const axis = h('div.wf-row.wf-axis', { 'aria-hidden': 'true' }, ['Span', 'Status', 'Duration'].map((x) => h('span', x)), h('span.wf-line', ticks.map(([t, text]) => placed(h('span', text), t))));
  const lines = h('div.wf-row.wf-grid', { 'aria-hidden': 'true' }, h('span.wf-line', ticks.map(([t]) => placed(h('i'), t))));
  const tree = h('div', { role: 'tree', 'aria-label': 'Spans', onkeydown: pressed });
  const panel = h('aside.wf-panel', { 'aria-label': 'Details of the span', tabindex: '-1', onkeydown(e) { if (e.key === 'Escape') { e.preventDefault(); chosen.row.focus(); } } });
  const all = button('', () => {
    const open = rows.some((n) => !n.open);
    for (const n of rows) n.open = open || !n.below.length;
    folded();
  });
  let chosen = rows[0];

  for (const node of rows) {
    const { span } = node, kind = span.kind.toLowerCase(), why = whyOf(span), denials = span.events.filter(isDenial).length;
    const bar = placed(h(`i.wf-bar.${kind}${failedSpan(span) ? '.failed' : ''}`), span.offset_ms);
    bar.style.width = `${(100 * span.duration_ms) / total}%`;
    node.twisty = h('i.wf-twisty', { 'aria-hidden': 'true', onclick(e) { e.stopPropagation(); fold(node, !node.open); } });
    const name = h('span.wf-name', node.twisty, cut(span.name), kind !== 'internal' && cut([kind, span.attributes['server.address']].filter(Boolean).join(' · '), '.wf-kind'));
    name.style.paddingLeft = `${Math.min(node.depth, 12) * 14}px`;
    node.row = h('div.wf-row', { role: 'treeitem', tabindex: '-1', 'aria-level': node.depth + 1, onclick: () => choose(node, true) }, name, h('span.wf-status', why ? status('error', cut(why)) : span.status === 'unset' ? h('span.muted', '–') : status(span.status)), h('span.num', duration(span.duration_ms)),
    h('span.wf-line', bar, span.events.slice(0, 100).map((e) => placed(h(`i.wf-mark${isDenial(e) ? '.denial' : ''}`, { title: e.attributes.message ?? e.attributes['denial.target'] ?? e.name }), e.offset_ms)),
      // The marks, for those who hear the row.
      h('span.hidden', [span.events.length > denials && plural(span.events.length - denials, 'event'), denials && plural(denials, 'denial')].filter(Boolean).join(', '))));
    tree.append(node.row);
  }

  const shown = (n) => !n.above || (n.above.open && shown(n.above));
  function folded() {
    for (const n of rows) {
      n.row.hidden = !shown(n);
      if (!n.below.length) continue;
      n.row.ariaExpanded = n.open;
      n.twisty.textContent = n.open ? '▾' : '▸';
    }
    all.textContent = rows.some((n) => !n.open) ? 'Expand all' : 'Collapse all';
    if (!shown(chosen)) choose(rows[0]);
  }
  function fold(node, open) {
    if (!node.below.length) return;
    node.open = open;
    folded();
  }
  function choose(node, focus) {
    Object.assign(chosen.row, { tabIndex: -1, ariaSelected: null });
    chosen = node;
    for (let a = node.above; a; a = a.above) a.open = true;
    folded();
    Object.assign(node.row, { tabIndex: 0, ariaSelected: 'true' });
    if (focus) {
      node.row.focus({ preventScroll: true });
      node.row.scrollIntoView({ block: 'nearest' });
    }
    panel.replaceChildren(...details(id, node.span));
    panel.scrollTop = 0;
  }
  function nextFailed() {
    const bad = rows.filter((n) => failedSpan(n.span));
    if (bad.length) choose(bad.find((n) => n.at > chosen.at) ?? bad[0], true);
  }
  page.keys.e = nextFailed;
  function pressed(e) {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const list = rows.filter(shown), at = list.indexOf(chosen), go = (i) => () => choose(list[Math.min(list.length - 1, Math.max(0, i))], true), { below, above, open } = chosen;
    const act = {
      ArrowDown: go(at + 1), ArrowUp: go(at - 1), PageDown: go(at + 10), PageUp: go(at - 10), Home: go(0), End: go(list.length - 1), ' ': () => fold(chosen, !open),
      ArrowRight: () => (open ? below.length && choose(below[0], true) : fold(chosen, true)), ArrowLeft: () => (open && below.length ? fold(chosen, false) : above && choose(above, true)), Enter: () => panel.focus(),
    }[e.key];
    if (!act) return;
    e.preventDefault();
    act();
  }

  // Begins at the innermost span that failed as the call did, which is the cause more often than the call.
  const same = rows.filter((n) => failed && whyOf(n.span) != null && whyOf(n.span) === whyOf(call)).sort((a, b) => b.depth - a.depth)[0];
  choose(same ?? rows[spans.indexOf(call)]);
  const text = sentence(spans, call), tool = call.attributes['gen_ai.tool.name'], group = call.attributes['tool_runtime.tool_group'];
  page.title(text);
  const legend = [...['server', 'internal', 'client'].filter((k) => spans.some((x) => x.kind.toLowerCase() === k)), failed && 'failed', logged && 'event', denied && 'denial'].filter(Boolean);
  const short = tool != null && String(tool).slice(0, 80);
  return [
    h(`h1.sentence${failedSpan(call) ? '.bad' : ''}`, text),
    facts(['Started', when(spans[0].start_time)], ['Took', duration(total)], ['Spans', count(spans.length), failed > 0 && h('span.bad', ` ${count(failed)} failed`)],
      logged > 0 && ['Events', count(logged)], denied > 0 && ['Denials', h('span.warn', count(denied))],
      short && ['Tool', group ? h('a', { href: link('tools', group, tool) }, short) : short, ' · ', h('a', { href: withQuery('#/traces', { tool }) }, 'its traces')], ['Trace id', h('code', id), copyButton(id, 'the trace id')]),
    h('div.wf', h('section.wf-main', { 'aria-label': 'Waterfall' },
      h('div.wf-top', h('ul.legend', legend.map((k) => h('li', h(`i.swatch.${k}`, { 'aria-hidden': 'true' }), k))), h('span.head-end', failed > 0 && button('Next failed', nextFailed), rows.length > 1 && all, button('Reload', reload))),
      axis, h('div.wf-body', lines, tree)), panel),
  ];
}

// Some numbers are easier to read with a unit.
const UNITS = [[/bytes$/, bytes], [/fuel/, amount], [/_ms$/, duration]];
function valued(k, v) {
  const unit = typeof v === 'number' && Math.abs(v) >= 1000 && UNITS.find(([name]) => name.test(k)), text = typeof v === 'string' ? v : JSON.stringify(v);
  return [long(text), unit && h('span.muted', `  ${unit[1](v)}`), copyButton(text, k.slice(0, 80))];
}
const idOf = (name, v) => [name, h('code', v), copyButton(v, name)];

function details(id, span) {
  const why = whyOf(span), attributes = Object.entries(span.attributes).sort(([a], [b]) => (b === 'error.type') - (a === 'error.type') || a.localeCompare(b));
  return [
    h('h2', long(span.name, 160)),
    h('p', status(why ? 'error' : span.status, why ? long(why, 160) : span.status), h('span.muted', ` · ${span.kind.toLowerCase()} · ${duration(span.duration_ms)}, from ${tidy(duration(span.offset_ms))}`)),
    span.status_message && span.status_message !== why && h('p', long(span.status_message)),
    h('h3', attributes.length ? 'Attributes' : 'No attributes'), attributes.length > 0 && pairs(attributes.map(([k, v]) => [long(k, 120), ...valued(k, v)])),
    span.events.length > 0 && h('h3', plural(span.events.length, 'event')),
    h('ol.events', [...span.events].sort((a, b) => a.offset_ms - b.offset_ms).map((e) => {
      const { message, 'log.iostream': stream, 'denial.rule': rule, 'denial.target': target, ...rest } = e.attributes;
      return h(`li.${isDenial(e) ? 'denial' : 'event'}`, h('p', h('span.muted.num', `+${tidy(duration(e.offset_ms))}`), ' ', h('b', stream ?? e.name), ' ', rule != null && h('code', rule)),
        [target, message].map((x) => x != null && h('div.mono', long(x))), Object.entries(rest).map(([k, v]) => h('div', h('span.muted', `${k.slice(0, 120)} `), valued(k, v))));
    })),
    h('h3', 'Place'),
    pairs([['Started', when(span.start_time)], ['Ended', when(span.end_time)], idOf('Span id', span.span_id), ...(span.parent_span_id ? [idOf('Parent id', span.parent_span_id)] : []), idOf('Trace id', id)]),
  ].filter(Boolean);
}
