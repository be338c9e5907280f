import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client } from '../../api/client';
import { announce } from '../../ui/announce';

const EVERY_MS = 3_000;

/** Who reads what; null for who is no admin. */
export function useReplicas(enabled: boolean) {
  return useQuery({
    queryKey: ['replicas'],
    queryFn: ({ signal }) => client.replicas({ signal }),
    refetchInterval: EVERY_MS,
    retry: false,
    enabled,
  });
}

export function useClients(enabled: boolean) {
  return useQuery({
    queryKey: ['clients'],
    queryFn: ({ signal }) => client.clients({ signal }),
    refetchInterval: EVERY_MS,
    retry: false,
    enabled,
  });
}

export function useConfiguration(enabled: boolean) {
  return useQuery({
    queryKey: ['configuration'],
    queryFn: ({ signal }) => client.configuration({ signal }),
    refetchInterval: 30_000, // it changes when the server is another one
    enabled,
  });
}

export function useDisconnect() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => client.disconnect(id),
    onSuccess: () => announce('Disconnected'),
    onSettled: () => queries.invalidateQueries({ queryKey: ['clients'] }),
  });
}
