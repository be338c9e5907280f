// One subscription to the event stream, kept alive. It remembers the position
// that it has seen everything up to, and resumes there after every break, so
// that no event is lost or shown twice.

import { elements, member } from './json.js';

const ID = 'page';
const FIRST = { last: 100 };
const LONGEST_PAUSE = 15_000;
const SILENCE = 45_000; // the server speaks at least every 15 s
const FINAL = new Map([
  [1009, 'the filter is longer than the server takes'],
  [4001, 'the server did not understand this page'],
  [4003, 'the server does not allow this'],
  [4008, 'the server speaks another version of the protocol'],
]);
const AWAY = new Map([
  ['store', 'PostgreSQL is away: events are shown before they are stored.'],
  ['kafka', 'Kafka is away: there are no new events until it is back.'],
  ['relay', 'Redis is away: what other replicas read comes later.'],
]);

/**
 * @typedef {Object} Listener what a stream tells; `events` are {value, text}
 * @property {(state: string, words: string) => void} state
 * @property {(events: Array<{value: any, text: string}>) => void} events
 * @property {(events: Array<{value: any, text: string}>) => void} previews
 * @property {() => void} cleared everything shown so far is of another filter or epoch
 * @property {(position: number) => void} position
 * @property {(topic: string, words: string) => void} notice what a person should know; '' when it is over
 */

export class Stream {
  #url;
  #tell;
  #socket = null;
  #filter = {};
  #asked = []; // {filter, resumes}: what waits for an answer, oldest first
  #position = null;
  #epoch = null; // of the position
  #served = null; // the epoch that the server said hello with; null while there is no conn
  #feed = null;
  #caughtUp = false;
  #attempt = 0;
  #pause = null; // until the next attempt, as the server wished
  #timer = 0;
  #heard = 0;

  /** @param {string} url @param {Listener} listener */
  constructor(url, listener) {
    this.#url = url;
    this.#tell = listener;
  }

  start(filter) {
    this.#filter = filter;
    this.#connect();
    setInterval(() => this.#watch(), 5000);
  }

  /** Replaces the filter; what it matches comes from the newest 100 on. */
  filter(filter) {
    if (this.#served !== null) {
      this.#subscribe(filter, FIRST);
      return;
    }
    this.#filter = filter;
    this.#position = null;
    this.#tell.cleared();
  }

  /** Connects at once instead of waiting for the next attempt. */
  hurry() {
    if (this.#socket === null) this.#connect();
  }

  #connect() {
    clearTimeout(this.#timer);
    this.#tell.state('connecting', this.#attempt === 0 ? 'Connecting' : `Reconnecting, attempt ${this.#attempt}`);
    const socket = new WebSocket(this.#url, 'eventfeed.v1');
    this.#socket = socket;
    this.#heard = Date.now();
    socket.onmessage = (message) => {
      if (socket === this.#socket) this.#hear(message.data);
    };
    socket.onclose = (close) => {
      if (socket === this.#socket) this.#closed(close);
    };
  }

  #closed({ code, reason }) {
    this.#socket = null;
    this.#served = null;
    this.#feed = null;
    this.#caughtUp = false;
    const wanted = this.#asked.findLast(({ resumes }) => !resumes);
    if (wanted) {
      this.#filter = wanted.filter;
      this.#position = null;
    }
    this.#asked = [];
    if (FINAL.has(code)) {
      this.#tell.state('stopped', `Stopped: ${FINAL.get(code)}${reason ? ` (${reason})` : ''}`);
      return;
    }
    const backoff = Math.min(LONGEST_PAUSE, 500 * 2 ** this.#attempt) * (0.5 + Math.random() / 2);
    const wait = this.#pause ?? backoff;
    this.#pause = null;
    this.#attempt++;
    this.#countDown(Date.now() + wait);
  }

  #countDown(until) {
    const left = until - Date.now();
    if (left <= 0) {
      this.#connect();
      return;
    }
    this.#tell.state('away', `Reconnecting, attempt ${this.#attempt} in ${(left / 1000).toFixed(1)} s`);
    this.#timer = setTimeout(() => this.#countDown(until), Math.min(left, 100));
  }

  #watch() {
    if (this.#socket !== null && Date.now() - this.#heard > SILENCE) this.#restart();
  }

  /** Drops the conn and resumes on another. */
  #restart() {
    const socket = this.#socket;
    this.#closed({ code: 0, reason: '' });
    socket.close();
  }

  #say(frame) {
    this.#socket.send(JSON.stringify(frame));
  }

  #subscribe(filter, from) {
    this.#asked.push({ filter, resumes: from !== FIRST });
    this.#say({ type: 'subscribe', id: ID, filter, from });
  }

  #hear(text) {
    this.#heard = Date.now();
    const frame = JSON.parse(text);
    if (frame.id !== undefined && frame.id !== ID) return;
    switch (frame.type) {
      case 'hello': return this.#hello(frame);
      case 'subscribed': return this.#subscribed(frame);
      case 'events': return this.#events(frame, text);
      case 'preview': return this.#preview(frame, text);
      case 'caught_up': return this.#live(frame);
      case 'progress': return this.#progress(frame);
      case 'lagging': return this.#behind(frame);
      case 'reset': return this.#reset(frame);
      case 'status': return this.#status(frame);
      case 'error': return this.#error(frame);
      case 'goodbye': return this.#goodbye(frame);
    }
  }

  #hello(frame) {
    this.#served = frame.epoch;
    this.#tell.state('catching-up', 'Connected, catching up');
    this.#subscribe(this.#filter, this.#position === null ? FIRST : { position: this.#position, epoch: this.#epoch });
  }

  #subscribed(frame) {
    const { filter, resumes } = this.#asked.shift();
    this.#filter = filter;
    this.#feed = frame.feed;
    this.#epoch = this.#served;
    this.#caughtUp = false;
    this.#attempt = 0;
    this.#tell.notice('filter', '');
    if (!resumes) this.#tell.cleared();
    this.#moveTo(frame.position);
  }

  #events(frame, text) {
    if (frame.id === undefined && frame.feed !== this.#feed) return;
    if (frame.prev > this.#position) {
      this.#restart();
      return;
    }
    const fresh = pairs(frame, text).filter(({ value }) => value.position > this.#position);
    this.#moveTo(Math.max(this.#position, frame.position));
    if (fresh.length > 0) this.#tell.events(fresh);
  }

  #preview(frame, text) {
    if (frame.feed === this.#feed) this.#tell.previews(pairs(frame, text));
  }

  #live(frame) {
    this.#caughtUp = true;
    this.#moveTo(Math.max(this.#position, frame.position));
    this.#tell.state('live', 'Live');
  }

  #progress(frame) {
    if (this.#caughtUp) this.#moveTo(Math.max(this.#position, frame.position));
  }

  #behind(frame) {
    this.#caughtUp = false;
    this.#tell.state('catching-up', `Catching up, ${(frame.head - frame.position).toLocaleString()} positions behind`);
  }

  #reset(frame) {
    if (frame.reason === 'epoch') {
      this.#tell.notice('gap', 'The server’s history was replaced; this is the new one.');
      this.#subscribe(this.#filter, FIRST);
      return;
    }
    this.#tell.notice('gap', `Events up to position ${frame.position.toLocaleString()} are gone: retention passed while this page was away.`);
    this.#moveTo(frame.position);
  }

  #status(frame) {
    const away = [...AWAY.keys()].filter((part) => frame[part] !== undefined && frame[part] !== 'ok');
    this.#tell.notice('outage', away.map((part) => AWAY.get(part)).join(' '));
  }

  #error(frame) {
    if (frame.id === ID) this.#asked.shift();
    const at = frame.at ? ` (line ${frame.at.line}, column ${frame.at.column})` : '';
    this.#tell.notice('filter', `${frame.message ?? frame.code}${at}`);
  }

  #goodbye(frame) {
    this.#pause = frame.reconnect_after_ms ?? null;
  }

  #moveTo(position) {
    this.#position = position;
    this.#tell.position(position);
  }
}

/** Each event of a frame as a value, beside the text that it came in. */
function pairs(frame, text) {
  const texts = elements(member(text, 'events'));
  return frame.events.map((value, i) => ({ value, text: texts[i] }));
}
