import type { EventType } from '@omninode-ai/eventfeed';

/** A type of a family. */
export interface Member {
  type: string;
  /** What tells it apart in its family. */
  word: string;
  outcome: string | null;
  count: number;
}

/** Types that differ in their last word: what was asked for, how it began, and how it ended. */
export interface Family {
  name: string;
  members: Member[];
  count: number;
  failures: number;
  /** With success or failure. */
  ended: number;
  lastSeen: string | null;
}

/** The stem and the last word of a type, without its version. */
export function splitType(type: string): { stem: string; word: string } {
  const plain = type.replace(/\.v\d+$/, '');
  const at = Math.max(plain.lastIndexOf('.'), plain.lastIndexOf('-'));
  return at <= 0 ? { stem: plain, word: '' } : { stem: plain.slice(0, at), word: plain.slice(at + 1) };
}

/** The families of what was counted, the most frequent first. What a type's outcome is, the server says. */
export function familiesOf(counts: Record<string, number>, known: readonly EventType[]): Family[] {
  const about = new Map(known.map((t) => [t.event_type, t]));
  const types = Object.keys(counts);
  const stems = new Set(types.filter((t) => about.get(t)?.outcome).map((t) => splitType(t).stem));
  const families = new Map<string, Family>();
  for (const type of types) {
    const { stem, word } = splitType(type);
    const inFamily = stems.has(stem);
    const name = inFamily ? stem : type.replace(/\.v\d+$/, '');
    const family = families.get(name) ?? { name, members: [], count: 0, failures: 0, ended: 0, lastSeen: null };
    families.set(name, family);
    add(family, {
      type,
      word: inFamily ? word : '',
      outcome: about.get(type)?.outcome ?? null,
      count: counts[type] ?? 0,
    });
    const seen = about.get(type)?.last_seen ?? null;
    if (seen !== null && (family.lastSeen === null || seen > family.lastSeen)) family.lastSeen = seen;
  }
  for (const { members } of families.values()) members.sort((a, b) => b.count - a.count);
  return [...families.values()].sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}

function add(family: Family, member: Member): void {
  family.members.push(member);
  family.count += member.count;
  if (member.outcome === 'failure') family.failures += member.count;
  if (member.outcome === 'failure' || member.outcome === 'success') family.ended += member.count;
}
