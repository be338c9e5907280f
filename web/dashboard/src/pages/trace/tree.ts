import type { Event } from '@omninode-ai/eventfeed';
import { microsOf } from '../../format/micros';

/** Rows at most: those nearest the root. */
const MOST = 5_000;

/** What is odd about an event's place in the tree. */
export type Flag =
  /** Its causes lead back to it; the tree begins with it. */
  | 'cycle'
  /** It says that it happened before its cause: clocks differ. */
  | 'skew'
  /** Its producer names no cause; its place is that of its time. */
  | 'by time';

export interface EventNode {
  kind: 'event';
  event: Event;
  depth: number;
  cause: Event | null;
  flags: readonly Flag[];
  /** Effects that are not among the rows. */
  hidden: number;
}

/** A cause that is named and not there. */
export interface MissingNode {
  kind: 'missing';
  id: string;
  tenant: string;
  depth: number;
  effects: number;
}

export type TraceNode = EventNode | MissingNode;

export interface Tree {
  /** From the top to the bottom. */
  nodes: readonly TraceNode[];
  /** Events that no row has. */
  hidden: number;
  /** Nothing names a cause: all of it is by time. */
  byTime: boolean;
  counts: Record<Flag | 'missing', number>;
}

/** Ids are a tenant's own. */
export function nameOf({ tenant_id, event_id }: Pick<Event, 'tenant_id' | 'event_id'>): string {
  return `${tenant_id}\0${event_id}`;
}

interface Branch {
  event: Event | null;
  missing: { id: string; tenant: string } | null;
  micros: bigint;
  parent: Branch | null;
  children: Branch[];
  depth: number;
  flags: Flag[];
  shown: boolean;
}

/** The events of one correlation as a tree: each below its cause, the earlier above the later. */
export function treeOf(events: readonly Event[], most = MOST): Tree {
  const branches = sorted(events.map(branchOf));
  const byName = new Map<string, Branch>();
  for (const b of branches) if (b.event) byName.set(nameOf(b.event), b);
  const byTime = !branches.some(({ event }) => event && namesCause(event, byName));

  const gone = new Map<string, Branch>();
  for (const branch of branches) link(branch, byName, gone);
  cutCycles(branches);
  const roots = sorted([...branches.filter((b) => b.parent === null), ...gone.values()]);
  for (const b of branches) b.parent?.children.push(b);
  if (!byTime) flag(branches);

  const shown = nearest(roots, most);
  const nodes = inOrder(roots);
  const count = (f: Flag) => branches.filter((b) => b.flags.includes(f)).length;
  return {
    nodes,
    hidden: branches.length - shown,
    byTime,
    counts: { cycle: count('cycle'), skew: count('skew'), 'by time': count('by time'), missing: gone.size },
  };
}

function branchOf(event: Event): Branch {
  const micros = microsOf(event.timestamp);
  return { event, missing: null, micros, parent: null, children: [], depth: 0, flags: [], shown: false };
}

function sorted(branches: Branch[]): Branch[] {
  return branches.sort((a, b) =>
    a.micros === b.micros ? (a.event?.position ?? 0) - (b.event?.position ?? 0) : a.micros < b.micros ? -1 : 1,
  );
}

/** Some producers name the correlation as the cause; then there is no such event, and none is missing. */
function namesCause(event: Event, byName: Map<string, Branch>): boolean {
  const { tenant_id, causation_id, correlation_id } = event;
  if (causation_id === null) return false;
  return causation_id !== correlation_id || byName.has(nameOf({ tenant_id, event_id: causation_id }));
}

function link(branch: Branch, byName: Map<string, Branch>, gone: Map<string, Branch>): void {
  const { event } = branch;
  if (!event?.causation_id || !namesCause(event, byName)) return;
  const name = nameOf({ tenant_id: event.tenant_id, event_id: event.causation_id });
  const cause = byName.get(name) ?? gone.get(name);
  if (cause) {
    branch.parent = cause;
    return;
  }
  const missing = { id: event.causation_id, tenant: event.tenant_id };
  branch.parent = { ...branchOf(event), event: null, missing };
  gone.set(name, branch.parent);
}

/** Of those that cause each other, the earliest is taken for the beginning. */
function cutCycles(branches: readonly Branch[]): void {
  const done = new Set<Branch>();
  for (const start of branches) {
    const path = new Set<Branch>();
    let at: Branch | null = start;
    while (at && !done.has(at) && !path.has(at)) {
      path.add(at);
      at = at.parent;
    }
    // Branches come by time: the first of a cycle that is started from, or walked into, need not be its earliest.
    if (at && path.has(at)) {
      const cycle = [...path].slice([...path].indexOf(at));
      const first = sorted([...cycle])[0];
      if (first) {
        first.parent = null;
        first.flags.push('cycle');
      }
    }
    for (const b of path) done.add(b);
  }
}

function flag(branches: readonly Branch[]): void {
  const isRoot = (b: Branch) => b.parent === null && !b.flags.includes('cycle');
  const beginning = branches.find(isRoot);
  for (const b of branches) {
    if (b.parent?.event && b.micros < b.parent.micros) b.flags.push('skew');
    if (isRoot(b) && b !== beginning) b.flags.push('by time');
  }
}

/** Marks what is shown, level by level from the roots, and says how many events that are. */
function nearest(roots: readonly Branch[], most: number): number {
  let level: Branch[] = [...roots];
  let rows = 0;
  let events = 0;
  for (let depth = 0; level.length > 0 && rows < most; depth++) {
    const next: Branch[] = [];
    for (const b of level) {
      if (rows >= most) break;
      b.depth = depth;
      b.shown = true;
      rows++;
      if (b.event) events++;
      for (const child of b.children) next.push(child);
    }
    level = next;
  }
  return events;
}

/** Without recursion: a chain may be as deep as there are events. */
function inOrder(roots: readonly Branch[]): TraceNode[] {
  const nodes: TraceNode[] = [];
  const waiting = roots.toReversed();
  for (let b = waiting.pop(); b; b = waiting.pop()) {
    if (!b.shown) continue;
    nodes.push(nodeOf(b));
    for (const child of b.children.toReversed()) waiting.push(child);
  }
  return nodes;
}

function nodeOf({ event, missing, depth, parent, children, flags }: Branch): TraceNode {
  if (event === null) {
    return { kind: 'missing', id: missing?.id ?? '', tenant: missing?.tenant ?? '', depth, effects: children.length };
  }
  const hidden = children.filter((c) => !c.shown).length;
  return { kind: 'event', event, depth, cause: parent?.event ?? null, flags, hidden };
}
