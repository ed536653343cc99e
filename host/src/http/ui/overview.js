// The overview: what all tools did in a span of time, as figures, two charts and a table.
import { amount, api, button, bytes, count, cut, day, duration, failure, firstCall, h, hm, hms, keyed, leads, nameLink, niceStep, note, plural, rate, repeat, s, say, share, table, tidy, tools, withQuery } from './core.js';

// Steps are chosen so that one bar is a time that people think in.
const RANGES = { '15m': ['15 min', 60], '1h': ['1 h', 60], '24h': ['24 h', 96], '7d': ['7 d', 84] };
const PERCENTILES = ['p50', 'p95', 'p99'];

export function overview(root, { query }, page) {
  page.title('Overview');
  let range, paused = false, turn = 0, last = null, again = () => {};
  const updated = h('span.muted.num'), trouble = h('p.trouble', { role: 'status', hidden: true }), body = h('div');
  const pause = button('Pause', toggle, { 'aria-pressed': 'false' });
  const choices = Object.entries(RANGES).map(([r, [text]]) => h('a', { href: `#/?since=${r}`, 'data-range': r }, text));
  root.append(h('div.head', h('h1', 'Overview'), h('nav.segments', { 'aria-label': 'Time range' }, choices), h('div.head-end', updated, pause)), trouble, body);
  const figures = tiles(), empty = h('div');
  const point = (i) => charts.forEach((c) => c.point(i));
  const charts = [chart('Calls', '', ['ok', 'failed'], drawCalls, readCalls, point), chart('Latency', ' logarithmic', PERCENTILES, drawLatency, readLatency, point)];
  const byTool = toolTable(), full = [figures.el, h('div.charts', charts.map((c) => c.el)), byTool.el];

  function toggle() {
    paused = !paused;
    pause.ariaPressed = paused;
    word();
    say(paused ? 'Paused' : 'Refreshing every 5 seconds');
    if (!paused) again();
  }
  function word() {
    pause.textContent = paused ? 'Resume' : 'Pause';
    updated.textContent = last ? `${paused ? 'Paused, as of' : 'Updated'} ${hms(last)}` : '';
  }
  page.keys.p = toggle;

  async function refresh() {
    if (paused) return;
    const mine = ++turn, ask = (path) => api(`/v1/toolhost/${path}`, { signal: page.signal });
    try {
      // One step over the whole range gives its exact percentiles; those of the tools cannot be added up.
      const [stats, series, whole, now] = await Promise.all([`stats?since=${range}`, `series?since=${range}&steps=${RANGES[range][1]}`, `series?since=${range}&steps=1`, 'series?since=30s&steps=1'].map(ask));
      if (mine !== turn) return;
      last = new Date();
      trouble.hidden = true;
      figures.fill(whole.data[0], now.data[0], RANGES[range][0]);
      if (stats.data.length || whole.data[0].calls) {
        if (!byTool.el.isConnected) body.replaceChildren(...full);
        charts.forEach((c) => c.fill(series));
        byTool.fill(stats.data, range);
      } else if (empty.dataset.range !== range || !empty.isConnected) {
        empty.dataset.range = range;
        empty.replaceChildren(note(`No calls in the last ${RANGES[range][0]}`, firstCall(await tools().catch(() => null)), range !== '7d' && h('p', h('a', { href: '#/?since=7d' }, 'Look at the last 7 days'), '.')));
        body.replaceChildren(figures.el, empty);
      }
    } catch (error) {
      if (page.signal.aborted || mine !== turn) return;
      trouble.hidden = !last;
      if (last) trouble.textContent = `${error.message} These figures are from ${hms(last)}; the page keeps asking.`;
      else body.replaceChildren(failure(error, () => again()));
    }
    word();
  }

  function update({ since }) {
    range = Object.hasOwn(RANGES, since) ? since : '1h';
    for (const a of choices) a.ariaCurrent = a.dataset.range === range ? 'true' : null;
    if (paused) toggle();
    turn++;
    again();
  }
  page.onUpdate(update);
  update(query);
  again = repeat(5000, page.signal, refresh);
}

// ---- Figures

function tiles() {
  const names = { calls: 'Calls', now: 'Calls/s now', failed: 'Failed', p50: 'p50', p95: 'p95', p99: 'p99' };
  const at = Object.fromEntries(Object.keys(names).map((k) => [k, [h('dd.value'), h('dd.muted', '–')]]));
  function set(k, text, more, bad) {
    const [number, unit] = text.split(/\xa0(.*)/);
    at[k][0].replaceChildren(number, unit ? h('span.unit', `\xa0${unit}`) : '');
    at[k][0].classList.toggle('bad', !!bad);
    at[k][1].textContent = more;
  }
  return {
    el: h('dl.tiles', { 'aria-label': 'All tools' }, Object.entries(at).map(([k, both]) => h('div', h('dt', names[k]), both))),
    fill(all, now, range) {
      set('calls', count(all.calls), `in the last ${range}`);
      set('now', rate(now.calls / 30), 'over 30 s');
      set('failed', share(all.errors, all.calls), `${count(all.errors)} of ${plural(all.calls, 'call')}`, all.errors);
      PERCENTILES.forEach((p, i) => set(p, duration(all[`${p}_ms`]), ['half are faster', '1 of 20 is slower', '1 of 100 is slower'][i]));
    },
  };
}

// ---- Charts

const HIGH = 176, LEFT = 50, RIGHT = 10, TOP = 10, TALL = HIGH - TOP - 22;
const y = (part) => TOP + TALL * (1 - part);
const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

function timeTicks(from, until, most) {
  const step = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880].map((m) => m * MINUTE).find((v) => (until - from) / v <= most) ?? 4 * DAY;
  const zone = new Date(from).getTimezoneOffset() * MINUTE, ticks = [];
  for (let t = Math.ceil((from - zone) / step) * step + zone; t <= until; t += step) {
    const text = hm(new Date(t));
    ticks.push([t, step >= DAY || (step >= 3 * HOUR && text === '00:00') ? day(new Date(t)) : text]);
  }
  return ticks;
}

// Arrow keys move through a chart as through a slider; what it shows there stands above it.
function chart(title, more, marks, draw, read, moved) {
  const readout = h('p.readout.num');
  const plot = s('svg.plot', { height: HIGH, tabindex: '0', role: 'slider', 'aria-label': `${title} over time`, 'aria-valuemin': 0 });
  const el = h('figure.chart', h('figcaption', h('h2', title, h('span.muted', more)),
    h('ul.legend', marks.map((m) => h('li', h(`i.swatch.${m}`, { 'aria-hidden': 'true' }), m))), readout), plot);
  let data, rows, at = null, cursor, wide = 0;
  const x = (i) => LEFT + (i / rows.length) * (wide - LEFT - RIGHT);

  function render() {
    if (!data || !wide) return;
    const from = Date.parse(data.since), until = Date.parse(data.until);
    plot.setAttribute('width', wide);
    const { lines, shapes } = draw(rows, x, data.step_ms / 1000);
    cursor = s('rect.cursor', { y: TOP, height: TALL, width: Math.max(1, x(1) - LEFT) });
    plot.replaceChildren(s('g', { 'aria-hidden': 'true' },
      lines.map(([part, text]) => [s(part ? 'line.grid' : 'line.base', { x1: LEFT, x2: wide - RIGHT, y1: y(part), y2: y(part) }), s('text', { x: LEFT - 7, y: y(part) + 3.5, 'text-anchor': 'end' }, text)]),
      timeTicks(from, until, Math.max(2, wide / 80)).map(([t, text]) => {
        const px = x(((t - from) / (until - from)) * rows.length);
        return px > LEFT + 14 && px < wide - 18 && [s('line.base', { x1: px, x2: px, y1: y(0), y2: y(0) + 4 }), s('text', { x: px, y: HIGH - 5, 'text-anchor': 'middle' }, text)];
      }), cursor, shapes));
    plot.setAttribute('aria-valuemax', rows.length - 1);
    point(at);
  }
  function point(i) {
    if (!cursor) return;
    at = i == null ? null : Math.min(rows.length - 1, Math.max(0, i));
    const shown = at ?? rows.length - 1, start = new Date(rows[shown].start_time), clock = data.step_ms < MINUTE ? hms : hm;
    const time = `${rows.length * data.step_ms > 20 * HOUR ? `${day(start)} ` : ''}${clock(start)}–${clock(new Date(+start + data.step_ms))}`, text = read(rows[shown], data.step_ms / 1000, rows);
    readout.replaceChildren(...(at == null ? [] : [h('span.muted', `${time}  `), text]));
    plot.setAttribute('aria-valuenow', shown);
    plot.setAttribute('aria-valuetext', `${time}: ${text}`);
    cursor.setAttribute('visibility', at == null ? 'hidden' : 'visible');
    cursor.setAttribute('x', x(shown));
  }
  const pointed = (e) => rows && moved(Math.floor(((e.clientX - plot.getBoundingClientRect().left - LEFT) / (wide - LEFT - RIGHT)) * rows.length));
  for (const type of ['pointermove', 'pointerdown']) plot.addEventListener(type, pointed);
  for (const type of ['pointerleave', 'blur']) plot.addEventListener(type, () => moved(null));
  plot.addEventListener('keydown', (e) => {
    if (!rows) return;
    const end = rows.length - 1, i = at ?? end;
    const to = { ArrowLeft: i - 1, ArrowRight: i + 1, ArrowDown: i - 1, ArrowUp: i + 1, PageUp: i + 10, PageDown: i - 10, Home: 0, End: end }[e.key];
    if (to == null) return;
    e.preventDefault();
    moved(Math.min(end, Math.max(0, to)));
  });
  new ResizeObserver(([entry]) => {
    wide = Math.floor(entry.contentRect.width);
    render();
  }).observe(el);
  return { el, point, fill(next) { data = next; rows = next.data; render(); } };
}

// Calls are drawn as a rate, so that ranges compare; few calls are counted by the minute.
const unitOf = (rows, seconds) => (Math.max(...rows.map((r) => r.calls)) >= seconds / 2 ? [1, '/s'] : [60, '/min']);
function drawCalls(rows, x, seconds) {
  const [per, unit] = unitOf(rows, seconds), of = (n) => (n / seconds) * per;
  const max = Math.max(...rows.map((r) => of(r.calls)), 1e-9), step = niceStep(max, 4), top = Math.ceil(max / step - 1e-9) * step, lines = [];
  for (let v = 0; v <= top + step / 2; v += step) lines.push([v / top, v ? tidy(rate(v)) + unit : '0']);
  const wide = x(1) - x(0), gap = wide > 5 ? 1.5 : wide > 2.5 ? 0.75 : 0;
  const bar = (i, from, to, kind, least) => {
    const tall = Math.max(((to - from) / top) * TALL, least);
    return to > from && s(`rect.${kind}`, { x: x(i) + gap / 2, width: Math.max(wide - gap, 1), y: y(from / top) - tall, height: tall });
  };
  return { lines, shapes: rows.map((r, i) => [bar(i, 0, of(r.calls - r.errors), 'ok', 1), bar(i, of(r.calls - r.errors), of(r.calls), 'failed', 2)]) };
}
function readCalls(r, seconds, rows) {
  const [per, unit] = unitOf(rows, seconds);
  return `${plural(r.calls, 'call')} (${rate((r.calls / seconds) * per)}${unit}), ${count(r.errors)} failed`;
}

function drawLatency(rows, x) {
  const all = rows.flatMap((r) => PERCENTILES.map((p) => r[`${p}_ms`])).filter((v) => v > 0);
  // Tools take from microseconds to seconds: only a logarithmic axis shows both.
  const low = Math.floor(Math.log10(Math.min(...all, 1e6))), top = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...all, 1e-3)) - 1e-9));
  const part = (ms) => Math.max(0, (Math.log10(ms) - low) / (top - low)), lines = [];
  for (let e = low; e <= top; e++) for (const f of e === top || top - low > 2 ? [1] : top - low > 1 ? [1, 3] : [1, 2, 5]) lines.push([part(f * 10 ** e), tidy(duration(f * 10 ** e))]);
  const half = (x(1) - x(0)) / 2;
  return { lines: all.length ? lines : [[0, '']], shapes: [...PERCENTILES].reverse().map((p) => {
    let before = false;
    // A time without calls is a gap; a time alone is a dot.
    const d = rows.map((r, i) => {
      const v = r[`${p}_ms`], was = before;
      before = v != null;
      return v == null ? '' : `${was ? 'L' : 'M'}${(x(i) + half).toFixed(1)} ${y(part(v)).toFixed(1)}${was ? '' : 'h.01'}`;
    }).join('');
    return s(`path.${p}`, { d, fill: 'none' });
  }) };
}
const readLatency = (r) => (r.p50_ms == null ? 'no calls' : PERCENTILES.map((p) => `${p} ${duration(r[`${p}_ms`])}`).join(', '));

// ---- One row for each tool

const failures = (r) => Object.values(r.errors).reduce((a, b) => a + b, 0);
const COLUMNS = [
  ['Tool', (r) => r.tool], ['#Calls', (r) => r.calls], ['#Failed', (r) => failures(r) / r.calls], ['Kinds of failure'],
  ...[...PERCENTILES, 'max'].map((p) => [`#${p}`, (r) => r.duration_ms?.[p], duration]),
  ['#Fuel p50', (r) => r.fuel?.p50, amount], ['#Memory p99', (r) => r.memory_bytes?.p99, bytes],
];

function toolTable() {
  let rows = [], range, by = 1, down = true;
  const body = h('tbody');
  const heads = COLUMNS.map(([name, of], i) => of ? h(name[0] === '#' ? 'th.num' : 'th', { scope: 'col' }, button(name.replace('#', ''), () => {
    down = by === i ? !down : i > 0;
    by = i;
    draw();
  })) : name);
  function row({ range: since, ...r }) {
    const failed = failures(r), to = (more) => withQuery('#/traces', { tool: r.tool, since, ...more });
    return leads(to(), h('th', { scope: 'row' }, nameLink(to(), r.tool)), h('td.num', count(r.calls)),
      h(`td.num.${failed ? 'bad' : 'muted'}`, failed ? share(failed, r.calls) : '–'),
      h('td', h('span.chips', Object.entries(r.errors).sort((a, b) => b[1] - a[1]).map(([kind, n]) => h('a.chip.error', { href: to({ status: 'error' }), title: `${kind}: ${plural(n, 'call')}` }, cut(kind), h('b', count(n)))))),
      COLUMNS.slice(4).map(([, of, text]) => h('td.num', text(of(r)))));
  }
  function draw() {
    const of = COLUMNS[by][1], sign = down ? -1 : 1;
    heads.forEach((th, i) => { if (th.tagName) th.ariaSort = i !== by ? null : down ? 'descending' : 'ascending'; });
    keyed(body, rows.map((r) => ({ ...r, range })).sort((a, b) => {
      const p = of(a), q = of(b);
      return p == null || q == null ? (p == null) - (q == null) : sign * (typeof p === 'string' ? p.localeCompare(q) : p - q);
    }), (r) => r.tool, row);
  }
  return { el: h('section', h('h2', 'By tool'), table('By tool', 'by-tool', heads, body)), fill(next, since) { rows = next; range = since; draw(); } };
}
