import { useState } from 'react';
import { count, rate, share } from '../../format/number';
import { outcomeLook } from '../../format/outcome';
import { ago, dateTime } from '../../format/time';
import { typeParts } from '../../format/type';
import type { Zone } from '../../state/view';
import { Button } from '../../ui/button';
import type { Family } from './families';
import type { ExploreHref } from './over-time';
import css from './stats.module.css';

const SHOWN = 12;
/** From so large a share of failures on it is said loudly. */
const ALARMING = 0.1;

interface TypesProps {
  families: readonly Family[];
  minutes: number;
  now: number;
  zone: Zone;
  href: ExploreHref;
}

/** What happens most, how often it fails, and when it was last seen. */
export function TypesCard({ families, minutes, now, zone, href }: TypesProps) {
  const [all, setAll] = useState(false);
  const most = families[0]?.count ?? 1;
  const shown = all ? families : families.slice(0, SHOWN);
  return (
    <section className={css['card']} aria-label="Top types" data-wide="">
      <header>
        <h2>Top types</h2>
        <span className={css['hint']}>Failure share: of those that ended, in success or failure</span>
      </header>
      <div className={css['wideTable']} role="region" aria-label="Top types, as a table">
        <table className={css['table']}>
          <thead>
            <tr>
              <th scope="col">Type</th>
              <th scope="col" data-number="">
                Events
              </th>
              <th scope="col" data-number="" data-spare="">
                per minute
              </th>
              <th scope="col" data-number="">
                Failure share
              </th>
              <th scope="col" data-number="" data-spare="">
                Last seen
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((family) => (
              <FamilyRow key={family.name} {...{ family, most, minutes, now, zone, href }} />
            ))}
          </tbody>
        </table>
      </div>
      {families.length > SHOWN && (
        <Button small onClick={() => setAll(!all)}>
          {all ? `Only the first ${SHOWN}` : `All ${count(families.length)}`}
        </Button>
      )}
    </section>
  );
}

function FamilyRow({
  family,
  most,
  minutes,
  now,
  zone,
  href,
}: Omit<TypesProps, 'families'> & { family: Family; most: number }) {
  const { family: prefix, name } = typeParts(family.name);
  const { members, failures, ended } = family;
  const last = family.lastSeen === null ? '–' : seen(now - Date.parse(family.lastSeen));
  const alarming = ended > 0 && failures / ended >= ALARMING;
  return (
    <tr>
      <th scope="row" className={css['type']}>
        <a href={href({ event_types: members.map((m) => m.type) })} data-to="" title={family.name}>
          <span>{prefix}</span>
          {name}
        </a>
        <span className={css['members']}>
          {members
            .filter((m) => m.word !== '')
            .map((m) => (
              <a key={m.type} href={href({ event_types: [m.type] })} data-to="" data-outcome={m.outcome} title={m.type}>
                {m.outcome && `${outcomeLook(m.outcome).sign} `}
                {m.word} {count(m.count)}
              </a>
            ))}
          <span data-seen="">{last}</span>
        </span>
        <i className={css['bar']} style={{ width: `${(100 * family.count) / most}%` }} />
      </th>
      <td data-number="">{count(family.count)}</td>
      <td data-number="" data-spare="">
        {rate(family.count / minutes)}
      </td>
      <td data-number="" data-alarming={alarming ? '' : undefined}>
        {ended === 0 ? '–' : failures === 0 ? '0 %' : <Failed family={family} href={href} />}
      </td>
      <td data-number="" data-spare="" title={family.lastSeen ? dateTime(family.lastSeen, zone) : undefined}>
        {last}
      </td>
    </tr>
  );
}

function Failed({ family, href }: { family: Family; href: ExploreHref }) {
  const types = family.members.filter((m) => m.outcome === 'failure').map((m) => m.type);
  return (
    <a href={href({ event_types: types })} data-to="">
      ✕ {share(family.failures, family.ended)}
    </a>
  );
}

const MINUTE = 60_000;

/** It is known to the minute. */
function seen(ms: number): string {
  return ms < 2 * MINUTE ? 'this minute' : ago(ms);
}
