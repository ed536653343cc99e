// Starts the page: routes in the fragment, the theme, the API key dialog and the keyboard.
import { $, api, hooks, key, pairs, say, tools } from './core.js';
import { overview } from './overview.js';
import { traceList, trace } from './traces.js';
import { catalogue, tool } from './tools.js';

const main = $('main'), dialog = $('key-dialog'), help = $('keys-dialog'), root = document.documentElement;
let here = null; // The page that is shown

function route() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  const parts = path.split('/').filter(Boolean).map((x) => { try { return decodeURIComponent(x); } catch { return x; } });
  const name = parts[0] === 'traces' || parts[0] === 'tools' ? parts[0] : 'overview';
  const page = { overview, traces: parts[1] ? trace : traceList, tools: parts[2] ? tool : catalogue }[name];
  return { page, name, parts, path, query: Object.fromEntries(new URLSearchParams(query ?? '')) };
}

function show(again) {
  const to = route(), first = !here;
  if (!again && here?.page === to.page && here.path === to.path && here.update) return here.update(to.query);
  here?.stop.abort();
  const mine = here = { ...to, stop: new AbortController(), keys: {} };
  for (const a of document.querySelectorAll('[data-page]')) a.ariaCurrent = a.dataset.page === to.name ? 'page' : null;
  const el = document.createElement('div');
  el.className = 'page';
  main.replaceChildren(el);
  window.scrollTo(0, 0);
  to.page(el, to, {
    signal: mine.stop.signal, keys: mine.keys,
    title: (text) => { document.title = `${text} · toolhost`; },
    onUpdate: (update) => { mine.update = update; },
  });
  // A screen reader reads on from the new page, not from the link that was followed.
  if (!first && !again) main.focus({ preventScroll: true });
}
window.addEventListener('hashchange', () => show());
$('skip').addEventListener('click', (e) => { e.preventDefault(); main.focus(); });

// ---- Theme: as the system has it, unless chosen here

const THEMES = { auto: '◐', light: '☀', dark: '☾' };
let theme = 'auto';
try { theme = localStorage.getItem('toolhost.theme') ?? theme; } catch { /* without storage it lasts as long as the page */ }
function themed() {
  root.dataset.theme = theme;
  $('theme').textContent = `${THEMES[theme] ?? '◐'}\ufe0e`;
  $('theme').title = `Theme: ${theme === 'auto' ? 'as the system' : theme}`;
  $('theme').setAttribute('aria-label', $('theme').title);
}
$('theme').addEventListener('click', () => {
  const all = Object.keys(THEMES);
  theme = all[(all.indexOf(theme) + 1) % 3];
  try { localStorage.setItem('toolhost.theme', theme); } catch { /* see above */ }
  themed();
  say($('theme').title);
});
themed();

// ---- API key

let declined = false; // Sent away once: pages then show a button instead.
const wrong = (text) => { $('key-error').textContent = text; };
function changed(text) {
  declined = false;
  $('forget').hidden = !key.get();
  tools(true).catch(() => {});
  say(text);
  show(true);
}
hooks.unauthorized = (byHand) => {
  if (dialog.open || (declined && !byHand)) return;
  wrong(key.get() ? 'The host no longer takes the key it was given.' : '');
  dialog.returnValue = '';
  dialog.showModal();
};
$('key-form').addEventListener('submit', async (e) => {
  e.preventDefault();
  const bearer = $('key-input').value.trim();
  wrong('');
  try {
    // What cannot stand in a header is no key.
    if (!/^[\x21-\x7e]+$/.test(bearer)) throw { status: 401 };
    await api('/v1/toolhost/tools', { ask() {}, bearer });
  } catch ({ status }) {
    if (status === 401 || !status) {
      wrong(status ? 'The host does not take this key.' : 'The host does not answer. Try again.');
      return $('key-input').select();
    }
  }
  key.set(bearer);
  dialog.close('used');
  changed('The key is used from now on.');
});
$('key-cancel').addEventListener('click', () => dialog.close());
dialog.addEventListener('close', () => { $('key-input').value = ''; declined = dialog.returnValue !== 'used'; });
$('forget').addEventListener('click', () => { key.forget(); changed('The key is forgotten.'); });
$('forget').hidden = !key.get();

// ---- Keyboard

$('keys').append(pairs([
  ['/', 'Search on this page'], ['g o', 'Overview'], ['g r', 'Traces'], ['g t', 'Tools'], ['j  k', 'Next and previous row of a list'], ['p', 'Pause or resume the overview; follow new traces'],
  ['↑  ↓', 'In a trace: previous and next span'], ['←  →', 'In a trace: collapse and expand; in a chart: move in time'], ['e', 'In a trace: next span that failed'],
  ['Enter', 'In a trace: to the details, and Esc back'], ['Ctrl Enter', 'In the form of a tool: call it'], ['?', 'These keys'],
]));
$('help').addEventListener('click', () => help.showModal());
$('keys-close').addEventListener('click', () => help.close());
let going = -1e9; // When `g` was pressed; the next key says where to.
function step(by) {
  const rows = [...main.querySelectorAll('[data-row]')], at = rows.indexOf(document.activeElement);
  rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
}
document.addEventListener('keydown', (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented || document.querySelector('dialog[open]')) return;
  if (e.target.closest('input,textarea,select')) {
    if (e.key === 'Escape') e.target.blur();
    return;
  }
  const to = performance.now() - going < 1200 && { o: '#/', r: '#/traces', t: '#/tools' }[e.key];
  going = e.key === 'g' ? performance.now() : -1e9;
  if (to) location.hash = to;
  else if (e.key === '?') help.showModal();
  else if (e.key === '/') main.querySelector('[data-search]')?.focus();
  else if (e.key === 'j' || e.key === 'k') step(e.key === 'j' ? 1 : -1);
  else if (here.keys[e.key]) here.keys[e.key]();
  else return;
  e.preventDefault();
});

show();
