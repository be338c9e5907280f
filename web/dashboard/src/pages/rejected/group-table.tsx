import { count } from '../../format/number';
import { ago, dateTime } from '../../format/time';
import type { GroupRef, Zone } from '../../state/view';
import { type Group, type ReasonGroups, sameGroup } from './groups';
import { reasonWords } from './reasons';
import css from './rejected.module.css';

/** What comes now is what somebody may be breaking now. */
const FRESH_MS = 60_000;

interface GroupTableProps {
  reasons: readonly ReasonGroups[];
  selected: GroupRef | null;
  zone: Zone;
  now: number;
  href: (group: Group) => string;
}

/** What goes wrong, from the most frequent to the rarest; each with where it comes from. */
export function GroupTable({ reasons, selected, zone, now, href }: GroupTableProps) {
  const seen = (time: string) => (
    <time dateTime={time} title={dateTime(time, zone)} data-fresh={now - Date.parse(time) < FRESH_MS ? '' : undefined}>
      {ago(Math.max(0, now - Date.parse(time)))}
    </time>
  );
  return (
    <table className={css['groups']}>
      <thead>
        <tr>
          <th scope="col">Reason, topic and producer</th>
          <th scope="col" data-number="">
            Events
          </th>
          <th scope="col" data-number="" data-first="">
            First seen
          </th>
          <th scope="col" data-number="">
            Last seen
          </th>
        </tr>
      </thead>
      {reasons.map(({ reason, groups, count: all, firstAt, lastAt }) => (
        <tbody key={reason}>
          <tr className={css['reason']} data-reason={reason}>
            <th scope="rowgroup">
              {reasonWords(reason).title} <code>{reason}</code>
            </th>
            <td data-number="">{count(all)}</td>
            <td data-number="" data-first="">
              {seen(firstAt)}
            </td>
            <td data-number="">{seen(lastAt)}</td>
          </tr>
          {groups.map((group) => {
            const isHere = sameGroup(selected, group);
            return (
              <tr key={`${group.topic} ${group.producer}`} data-selected={isHere ? '' : undefined}>
                <th scope="row">
                  <a href={href(group)} data-to="" data-group="" aria-current={isHere ? 'true' : undefined}>
                    {group.topic}
                    <span>{group.producer === 'unknown' ? 'producer unknown' : `by ${group.producer}`}</span>
                  </a>
                </th>
                <td data-number="">{count(group.count)}</td>
                <td data-number="" data-first="">
                  {seen(group.first_at)}
                </td>
                <td data-number="">{seen(group.last_at)}</td>
              </tr>
            );
          })}
        </tbody>
      ))}
    </table>
  );
}
