// The page: what the stream tells, painted once per animation frame.

import { Row } from './row.js';
import { Stream } from './stream.js';

const ROWS = 500;
const RATE_SECONDS = 5;
const FLOOD_ROWS = 10;
const FLOOD_PAUSE = 200; // ms

const $ = (id) => document.getElementById(id);
const list = $('events');

const rows = new Map(); // by Kafka's topic, partition and offset
let fresh = []; // events that are not painted yet, oldest first
let previews = [];
let held = 0; // events that came while paused
let paused = false;
let painting = false;
let paintedAt = 0;
let lastBatch = 0; // rows of the last paint
let position = null;
let lastAt = 0;
let arrivals = new Array(RATE_SECONDS).fill(0); // a second each, the newest first
let live = false;
let backlog = true; // what comes now was stored before the page asked

const stream = new Stream(new URL('api/event-bus/stream', document.baseURI).href.replace(/^http/, 'ws'), {
  state(state, words) {
    live = state === 'live';
    if (live) backlog = false;
    if ($('state').dataset.state !== state) $('spoken').textContent = words; // once, not with every tick of a countdown
    $('state').dataset.state = state;
    $('state-words').textContent = words;
    paintSoon();
  },
  events(events) {
    fresh = fresh.concat(events).slice(-ROWS);
    if (paused) held += events.length;
    if (backlog) {
      lastAt = Date.parse(events.at(-1).value.stored_at ?? events.at(-1).value.timestamp);
    } else {
      arrivals[0] += events.length;
      lastAt = Date.now();
    }
    paintSoon();
  },
  previews(events) {
    previews = previews.concat(events).slice(-ROWS);
    paintSoon();
  },
  cleared() {
    fresh = [];
    previews = [];
    held = 0;
    backlog = true;
    lastAt = 0;
    arrivals.fill(0);
    rows.clear();
    list.replaceChildren();
    paintSoon();
  },
  position(at) {
    position = at;
    paintSoon();
  },
  notice: showNotice,
});

function showNotice(topic, words) {
  const old = document.querySelector(`#notices [data-topic="${topic}"]`);
  if (words === '') {
    old?.remove();
    return;
  }
  const line = old ?? $('notices').appendChild(document.createElement('p'));
  line.dataset.topic = topic;
  line.textContent = words;
}

// Nobody reads a flood: many rows at once are painted less often, so that the
// page stays responsive.
function paintSoon() {
  if (painting) return;
  painting = true;
  const frame = () => requestAnimationFrame(() => {
    painting = false;
    paint();
  });
  const flood = performance.now() - paintedAt < FLOOD_PAUSE && fresh.length + lastBatch > FLOOD_ROWS;
  if (flood) setTimeout(frame, FLOOD_PAUSE);
  else frame();
}

function paint() {
  paintedAt = performance.now();
  lastBatch = fresh.length;
  if (!paused) {
    paintEvents();
    held = 0;
  }
  $('held').hidden = held === 0;
  $('resume').textContent = `${held.toLocaleString()} ${held === 1 ? 'event' : 'events'} came meanwhile. Resume`;
  $('position').textContent = position === null ? '–' : position.toLocaleString();
  $('empty').hidden = rows.size > 0 || !live;
}

function paintEvents() {
  const added = document.createDocumentFragment();
  for (const event of [...fresh, ...previews]) {
    const key = Row.keyOf(event.value);
    const known = rows.get(key);
    if (known) {
      known.update(event);
      continue;
    }
    const row = new Row(event);
    rows.set(key, row);
    added.prepend(row.element);
  }
  fresh = [];
  previews = [];
  list.prepend(added);
  while (list.children.length > ROWS) {
    rows.delete(list.lastElementChild.dataset.key);
    list.lastElementChild.remove();
  }
}

function paintClock() {
  const rate = arrivals.reduce((a, b) => a + b) / RATE_SECONDS;
  $('rate').textContent = rate === 0 || rate >= 10 ? String(Math.round(rate)) : rate.toFixed(1);
  arrivals = [0, ...arrivals.slice(0, -1)];
  $('last').textContent = lastAt === 0 ? '–' : ago(Date.now() - lastAt);
}

function ago(ms) {
  const s = Math.floor(ms / 1000);
  if (s < 1) return 'now';
  if (s < 60) return `${s} s ago`;
  if (s < 3600) return `${Math.floor(s / 60)} min ago`;
  return `${Math.floor(s / 3600)} h ago`;
}

function setPaused(on) {
  paused = on;
  $('pause').setAttribute('aria-pressed', String(on));
  $('pause').textContent = on ? 'Resume' : 'Pause';
  paintSoon();
}

$('pause').addEventListener('click', () => setPaused(!paused));
$('resume').addEventListener('click', () => {
  setPaused(false);
  $('pause').focus();
});

// The filter lives in the URL's fragment, so that a reload or a link keeps it.
const fields = { event_types: $('types'), tenant_ids: $('tenants') };

function words(input) {
  return input.value.split(',').map((w) => w.trim()).filter((w) => w !== '');
}

function filterFromFields() {
  const filter = {};
  for (const [name, input] of Object.entries(fields)) {
    if (words(input).length > 0) filter[name] = words(input);
  }
  const filtered = Object.keys(filter).length > 0;
  $('clear').hidden = !filtered;
  $('empty-first').hidden = filtered;
  $('empty-filtered').hidden = !filtered;
  $('empty-title').textContent = filtered ? 'No event matches' : 'No events yet';
  return filter;
}

function readFragment() {
  const params = new URLSearchParams(location.hash.slice(1));
  for (const [name, input] of Object.entries(fields)) input.value = params.get(name) ?? '';
}

function applyFilter() {
  const filter = filterFromFields();
  const wanted = Object.entries(filter).map(([name, list]) => `${name}=${list.map(encodeURIComponent).join(',')}`).join('&');
  if (wanted === applied) return;
  applied = wanted;
  history.replaceState(null, '', wanted === '' ? location.pathname + location.search : `#${wanted}`);
  stream.filter(filter);
}

let applied;
$('filter').addEventListener('submit', (e) => {
  e.preventDefault();
  applyFilter();
});
for (const input of Object.values(fields)) input.addEventListener('change', applyFilter);
$('clear').addEventListener('click', () => {
  for (const input of Object.values(fields)) input.value = '';
  applyFilter();
  fields.event_types.focus();
});
addEventListener('hashchange', () => {
  readFragment();
  applyFilter();
});

$('copy').addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText($('command').textContent);
    $('copy').textContent = 'Copied';
  } catch {
    getSelection().selectAllChildren($('command'));
    $('copy').textContent = 'Selected: copy it with the keyboard';
  }
  setTimeout(() => ($('copy').textContent = 'Copy'), 3000);
});

addEventListener('online', () => stream.hurry());
setInterval(paintClock, 1000);
readFragment();
const first = filterFromFields();
applied = location.hash.slice(1);
stream.start(first);
