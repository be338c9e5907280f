import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { client } from '../../api/client';
import type { GroupRef } from '../../state/view';

const EVERY_MS = 5_000;
/** Of a group, so many can be walked through. */
export const WALKED = 100;

export function useGroups() {
  return useQuery({
    queryKey: ['rejected-groups'],
    queryFn: ({ signal }) => client.rejectedGroups({ signal }),
    refetchInterval: EVERY_MS,
    placeholderData: keepPreviousData,
  });
}

export function useRejected(id: number | null) {
  return useQuery({
    queryKey: ['rejected', id],
    queryFn: ({ signal }) => client.rejectedEvent(id ?? 0, { signal }),
    enabled: id !== null,
    staleTime: Number.POSITIVE_INFINITY, // it does not change
  });
}

/** The newest of a group: where they are, to walk through. */
export function useMembers(group: GroupRef | null) {
  return useQuery({
    queryKey: ['rejected-of', group],
    queryFn: async ({ signal }) => {
      const page = await client.rejectedPage({ ...group, limit: WALKED }, { signal });
      return page.rejected.map(({ id, topic, partition, offset, rejected_at }) => ({
        id,
        topic,
        partition,
        offset,
        rejected_at,
      }));
    },
    enabled: group !== null,
    refetchInterval: EVERY_MS,
  });
}
