import type { RejectedGroups } from '@omninode-ai/eventfeed';
import type { GroupRef } from '../../state/view';

export type Group = RejectedGroups['groups'][number];

/** The groups of one reason. */
export interface ReasonGroups {
  reason: string;
  groups: Group[];
  count: number;
  firstAt: string;
  lastAt: string;
}

/** By reason, the most frequent first; in a reason the group that was added to last first. */
export function byReason(groups: readonly Group[]): ReasonGroups[] {
  const reasons = new Map<string, ReasonGroups>();
  for (const group of groups) {
    const of = reasons.get(group.reason);
    if (!of) {
      const { reason, count, first_at, last_at } = group;
      reasons.set(reason, { reason, groups: [group], count, firstAt: first_at, lastAt: last_at });
      continue;
    }
    of.groups.push(group);
    of.count += group.count;
    if (Date.parse(group.first_at) < Date.parse(of.firstAt)) of.firstAt = group.first_at;
    if (Date.parse(group.last_at) > Date.parse(of.lastAt)) of.lastAt = group.last_at;
  }
  for (const { groups: own } of reasons.values()) own.sort((a, b) => Date.parse(b.last_at) - Date.parse(a.last_at));
  return [...reasons.values()].sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
}

export function sameGroup(a: GroupRef | null, b: GroupRef): boolean {
  return a !== null && a.reason === b.reason && a.topic === b.topic && a.producer === b.producer;
}

export function refOfGroup({ reason, topic, producer }: GroupRef): GroupRef {
  return { reason, topic, producer };
}
