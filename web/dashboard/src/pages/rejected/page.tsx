import { ProblemError } from '@omninode-ai/eventfeed';
import { useMemo, useRef } from 'react';
import { useLocation, useParams } from 'wouter';
import { count, counted } from '../../format/number';
import { ago } from '../../format/time';
import { useNow } from '../../frame/connection';
import { useShortcuts } from '../../frame/shortcuts';
import { useLinks } from '../../state/use-links';
import { basePath, useLinkTo, useView } from '../../state/use-view';
import { EmptyState } from '../../ui/empty-state';
import ui from '../../ui/page.module.css';
import { Detail } from './detail';
import { GroupTable } from './group-table';
import { byReason, refOfGroup } from './groups';
import { useGroups, useMembers } from './queries';
import css from './rejected.module.css';

const FORBIDDEN = 403;

/** What came from Kafka and could not become an event: why, from whom, and what to do about it. */
export function RejectedPage() {
  const params = useParams<{ id?: string }>();
  const id = params.id !== undefined && /^\d+$/.test(params.id) ? Number(params.id) : null;
  const [{ zone, group }] = useView();
  const [, navigate] = useLocation();
  const linkTo = useLinkTo();
  const onLink = useLinks();
  const now = useNow(1_000);
  const box = useRef<HTMLDivElement>(null);
  const { data, error } = useGroups();
  const reasons = useMemo(() => byReason(data?.groups ?? []), [data]);
  const members = useMembers(id === null ? null : group).data ?? [];
  const toId = (to: number) => navigate(linkTo(`/rejected/${to}`, { group }), { replace: true });
  const onClose = () => {
    const link = box.current?.querySelector<HTMLElement>('[aria-current]');
    navigate(linkTo('/rejected', { group: null }));
    link?.focus();
  };
  const walk = (by: 1 | -1) => {
    const next = members[members.findIndex((m) => m.id === id) + by];
    if (next && members.some((m) => m.id === id)) toId(next.id);
  };
  const move = (by: 1 | -1) => {
    const links = [...(box.current?.querySelectorAll<HTMLElement>('[data-group]') ?? [])];
    const at = links.indexOf(document.activeElement as HTMLElement);
    links[Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
  };
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: id === null ? () => move(1) : undefined,
    ArrowUp: id === null ? () => move(-1) : undefined,
    ArrowLeft: id === null ? undefined : () => walk(-1),
    ArrowRight: id === null ? undefined : () => walk(1),
    Escape: id === null ? undefined : onClose,
  });

  if (error && !data) return <Refused error={error} />;
  if (!data) return <EmptyState title="Looking …" />;
  const total = data.groups.reduce((n, g) => n + g.count, 0);
  const newest = data.groups.reduce((at, g) => Math.max(at, Date.parse(g.last_at)), 0);
  return (
    <>
      <div className={ui['scroll']} ref={box} onClick={onLink}>
        {total === 0 && id === null ? (
          <EmptyState title="Nothing was rejected">
            <p>
              Every record that was read became an event. One that cannot is kept here, with its bytes and the reason,
              and holds up nothing behind it.
            </p>
          </EmptyState>
        ) : (
          <>
            <p className={css['sum']}>
              <b>{count(total)}</b> {total === 1 ? 'rejected event' : 'rejected events'} for{' '}
              {counted(reasons.length, 'reason')}, the last {ago(Math.max(0, now - newest))}.{' '}
              {data.complete
                ? 'Each is kept with its bytes; nothing behind it was held up.'
                : 'These are the newest; there are older ones.'}
              {error && ' The server does not answer: this is its last answer.'}
            </p>
            <GroupTable
              reasons={reasons}
              selected={group}
              zone={zone}
              now={now}
              href={(g) => basePath + linkTo(`/rejected/${g.newest_id}`, { group: refOfGroup(g) })}
            />
          </>
        )}
      </div>
      {id !== null && (
        <Detail
          key={`${group?.reason} ${group?.topic} ${group?.producer}`}
          id={id}
          group={group}
          zone={zone}
          onId={toId}
          onClose={onClose}
        />
      )}
    </>
  );
}

function Refused({ error }: { error: Error }) {
  if (error instanceof ProblemError && error.status === FORBIDDEN) {
    return (
      <EmptyState title="Rejected events are for admins">
        <p>
          A rejected event has no tenant that could be trusted, and so may be anybody’s. Sign in with the token of an
          admin.
        </p>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="Rejected events cannot be read now">
      <p>{error.message}</p>
    </EmptyState>
  );
}
