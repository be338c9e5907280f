// One event in the list. Whatever an event says is put in as text, never as
// markup.

import { member, pretty } from './json.js';

const PREVIEW = 200;
const MARKS = { success: '✓', failure: '✕', open: '○' };

function part(name, text) {
  const span = document.createElement('span');
  span.className = name;
  span.textContent = text;
  return span;
}

export class Row {
  #text = '';
  #details;

  static keyOf(event) {
    return `${event.topic}/${event.partition}/${event.offset}`;
  }

  constructor({ value, text }) {
    this.element = document.createElement('li');
    this.element.dataset.key = Row.keyOf(value);
    this.update({ value, text });
  }

  /** Shows the event in its present shape: a preview is stored sooner or later. */
  update({ value, text }) {
    this.#text = text;
    const open = this.#details?.open ?? false;
    this.#details = document.createElement('details');
    this.#details.open = open;
    const stored = value.position > 0;
    this.element.className = stored ? `is-${value.outcome ?? 'other'}` : 'is-preview';
    const summary = this.#details.appendChild(document.createElement('summary'));
    summary.append(
      time(value.timestamp),
      outcome(stored ? value.outcome : 'not stored yet'),
      type(value.event_type),
      part('tenant', value.tenant_id),
      part('source', value.source),
      correlation(value.correlation_id),
      part('payload', member(text, 'payload').slice(0, PREVIEW)),
    );
    if (open) this.#unfold();
    this.#details.addEventListener('toggle', () => this.#unfold());
    this.element.replaceChildren(this.#details);
  }

  #unfold() {
    if (!this.#details.open || this.#details.querySelector('pre')) return;
    const whole = this.#details.appendChild(document.createElement('pre'));
    whole.tabIndex = 0;
    whole.textContent = pretty(this.#text);
  }
}

function time(timestamp) {
  const at = new Date(timestamp);
  const element = document.createElement('time');
  element.dateTime = timestamp;
  element.title = timestamp;
  const pad = (n, width = 2) => String(n).padStart(width, '0');
  const clock = `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}.${pad(at.getMilliseconds(), 3)}`;
  const today = at.toDateString() === new Date().toDateString();
  element.textContent = today ? clock : `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${clock}`;
  return element;
}

function outcome(word) {
  const element = part('outcome', '');
  const mark = part('mark', MARKS[word] ?? '·');
  mark.ariaHidden = 'true';
  element.append(mark, ` ${word ?? 'event'}`);
  return element;
}

/** The type with what nearly all types share held back. */
function type(name) {
  const element = part('type', '');
  element.title = name;
  const [, before, middle, after] = /^(omninode\.)?(.*?)(\.v\d+)?$/s.exec(name);
  element.append(part('common', before ?? ''));
  for (const [i, word] of middle.split('.').entries()) {
    if (i > 0) element.append('.', document.createElement('wbr'));
    element.append(word);
  }
  element.append(part('common', after ?? ''));
  return element;
}

/** The end of an id tells more than its beginning, which is often the time. */
function correlation(id) {
  const element = part('correlation', id === null ? '–' : id.length > 12 ? `…${id.slice(-8)}` : id);
  if (id !== null) element.title = id;
  return element;
}
