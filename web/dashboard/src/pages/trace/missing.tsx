import { ProblemError } from '@omninode-ai/eventfeed';
import { useEvent } from '../../api/queries';
import { counted } from '../../format/number';
import { outcomeLook } from '../../format/outcome';
import { shortId, typeParts } from '../../format/type';
import { basePath, useLinkTo } from '../../state/use-view';
import { Icon } from '../../ui/icon';
import css from './trace.module.css';
import type { MissingNode } from './tree';

const NOT_FOUND = 404;

/** The row of a cause that is named and not in the trace: why that may be, or where it is. */
export function MissingCause({ node }: { node: MissingNode }) {
  const { data, error } = useEvent(node.id, node.tenant);
  const linkTo = useLinkTo();
  const [found] = data ?? [];
  const isUnknown = error instanceof ProblemError && error.status === NOT_FOUND;
  return (
    <span className={css['missing']} style={{ marginLeft: node.depth * 16 }}>
      <Icon name={found ? 'link' : 'warning'} size={13} />
      {found ? (
        <>
          <span>Caused by</span>
          <b data-outcome={found.outcome ?? 'other'}>
            {outcomeLook(found.outcome).sign} {typeParts(found.event_type).name}
          </b>
          {found.correlation_id === null ? (
            <span>which has no correlation</span>
          ) : (
            <a
              href={
                basePath +
                linkTo(`/trace/${encodeURIComponent(found.correlation_id)}`, {
                  selected: { tenant: found.tenant_id, id: found.event_id },
                })
              }
              data-to=""
            >
              in the trace {shortId(found.correlation_id)}
            </a>
          )}
        </>
      ) : (
        <>
          <b title={node.id}>Cause {shortId(node.id)} is missing</b>
          <span>
            {isUnknown
              ? 'It is not stored: not yet come, gone with retention, or never written'
              : error
                ? 'Whether it is stored cannot be asked now'
                : 'It is not in this correlation'}
          </span>
        </>
      )}
      <small>{counted(node.effects, 'effect')}</small>
    </span>
  );
}
