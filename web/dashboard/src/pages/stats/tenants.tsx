import { count, rate, share } from '../../format/number';
import type { ExploreHref } from './over-time';
import { largest } from './series';
import css from './stats.module.css';

const SHOWN = 20;

interface TenantsProps {
  counts: Record<string, number>;
  ended: Record<string, number> | undefined;
  failed: Record<string, number> | undefined;
  total: number;
  minutes: number;
  href: ExploreHref;
}

export function TenantsCard({ counts, ended, failed, total, minutes, href }: TenantsProps) {
  const rows = largest(counts, SHOWN);
  const most = rows[0]?.[1] ?? 1;
  const more = Object.keys(counts).length - rows.length;
  return (
    <section className={css['card']} aria-label="Tenants">
      <header>
        <h2>Tenants</h2>
        {more > 0 && <span className={css['hint']}>and {count(more)} more with fewer events</span>}
      </header>
      <div className={css['wideTable']} role="region" aria-label="Tenants, as a table">
        <table className={css['table']}>
          <thead>
            <tr>
              <th scope="col">Tenant</th>
              <th scope="col" data-number="">
                Events
              </th>
              <th scope="col" data-number="" data-spare="">
                Share
              </th>
              <th scope="col" data-number="" data-spare="">
                per minute
              </th>
              <th scope="col" data-number="">
                Failure share
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, n]) => (
              <tr key={name}>
                <th scope="row" className={css['type']}>
                  <a href={href({ tenant_ids: [name] })} data-to="">
                    {name}
                  </a>
                  <i className={css['bar']} style={{ width: `${(100 * n) / most}%` }} />
                </th>
                <td data-number="">{count(n)}</td>
                <td data-number="" data-spare="">
                  {share(n, total)}
                </td>
                <td data-number="" data-spare="">
                  {rate(n / minutes)}
                </td>
                <td data-number="">
                  {failed?.[name] ? (
                    <a href={href({ tenant_ids: [name], outcomes: ['failure'] })} data-to="">
                      ✕ {share(failed[name], ended?.[name] ?? 0)}
                    </a>
                  ) : ended?.[name] ? (
                    '0 %'
                  ) : (
                    '–'
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
