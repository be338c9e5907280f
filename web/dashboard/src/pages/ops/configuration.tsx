import type { Configuration as Answer } from '@omninode-ai/eventfeed';
import { useState } from 'react';
import { dateTime, duration } from '../../format/time';
import type { Zone } from '../../state/view';
import { Button } from '../../ui/button';
import { Facts } from './facts';
import css from './ops.module.css';

interface ConfigurationProps {
  configuration: Answer;
  zone: Zone;
  now: number;
}

/** What was set, and where; then what was left as it is. */
export function Configuration({ configuration, zone, now }: ConfigurationProps) {
  const { build, settings, started_at } = configuration;
  const [all, setAll] = useState(false);
  const changed = settings.filter((s) => s.source !== 'default');
  const shown = all ? [...changed, ...settings.filter((s) => s.source === 'default')] : changed;
  return (
    <section className={css['card']} aria-label="Configuration" data-wide="">
      <h2>
        Configuration <span>secrets are hidden by the server</span>
      </h2>
      <Facts
        facts={[
          ['version', build.version],
          ['revision', build.revision.slice(0, 12)],
          ['built with', `${build.go} for ${build.platform}`],
          ['started', `${dateTime(started_at, zone).slice(0, -4)}, ${duration(now - Date.parse(started_at))} ago`],
        ]}
      />
      <div className={css['wide']}>
        <table className={css['table']}>
          <thead>
            <tr>
              <th scope="col">Setting</th>
              <th scope="col">Value</th>
              <th scope="col">From</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ name, value, source }) => (
              <tr key={name} data-source={source === 'default' ? 'default' : 'given'}>
                <th scope="row" className={css['name']}>
                  {name}
                </th>
                <td className={css['value']}>{value === '' ? '–' : value}</td>
                <td>{source}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {settings.length > changed.length && (
        <Button small onClick={() => setAll(!all)}>
          {all ? 'Only what was set' : `All ${settings.length} settings, with their defaults`}
        </Button>
      )}
    </section>
  );
}
