import { Dialog } from '@base-ui/react/dialog';
import type { ExportFormat, ExportQuery } from '@omninode-ai/eventfeed';
import { useEffect, useRef, useState } from 'react';
import { client } from '../../api/client';
import { bytes, count, counted } from '../../format/number';
import { announce } from '../../ui/announce';
import { Button } from '../../ui/button';
import { Icon } from '../../ui/icon';
import css from './explore.module.css';
import { type Exported, type Progress, readExport, save } from './export-run';

type State =
  | { is: 'choosing' }
  | { is: 'running'; progress: Progress }
  | { is: 'done'; exported: Exported }
  | { is: 'cancelled'; progress: Progress }
  | { is: 'failed'; progress: Progress; why: string };

const FORMATS: readonly { format: ExportFormat; name: string; end: string; says: string }[] = [
  { format: 'application/x-ndjson', name: 'NDJSON', end: 'ndjson', says: 'a JSON object a line, numbers as they came' },
  {
    format: 'text/csv',
    name: 'CSV',
    end: 'csv',
    says: 'a table; cells that a spreadsheet would run are made harmless',
  },
];

interface ExportDialogProps {
  query: ExportQuery;
  /** About how many there are, as the chart counted them. */
  total: number | null;
}

/** All events of the view as a file. */
export function ExportDialog({ query, total }: ExportDialogProps) {
  const [format, setFormat] = useState<ExportFormat>('application/x-ndjson');
  const [state, setState] = useState<State>({ is: 'choosing' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const run = async () => {
    const cancel = new AbortController();
    running.current = cancel;
    let progress: Progress = { events: 0, bytes: 0 };
    setState({ is: 'running', progress });
    try {
      const answer = await client.export(query, format, { signal: cancel.signal });
      const exported = await readExport(answer, format, (now) => {
        progress = now;
        if (!cancel.signal.aborted) setState({ is: 'running', progress });
      });
      save(exported.file, nameOf(format));
      setState({ is: 'done', exported });
      announce(`Exported ${counted(exported.events, 'event')}`);
    } catch (error) {
      if (cancel.signal.aborted) setState({ is: 'cancelled', progress });
      else setState({ is: 'failed', progress, why: error instanceof Error ? error.message : String(error) });
    }
  };
  const onOpen = (open: boolean) => {
    if (open) setState({ is: 'choosing' });
    else running.current?.abort();
  };
  return (
    <Dialog.Root onOpenChange={onOpen}>
      <Dialog.Trigger render={<Button />}>
        <Icon name="download" size={14} />
        <span className={css['word']}>Export</span>
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className={css['backdrop']} />
        <Dialog.Popup className={css['dialog']}>
          <Dialog.Title>
            Export {total === null ? 'the events of this view' : `about ${counted(total, 'event')}`}
          </Dialog.Title>
          <Dialog.Description>
            Everything that the filter and the range select, in the order of the list: also what is not loaded yet.
          </Dialog.Description>
          <fieldset disabled={state.is === 'running'}>
            <legend>Format</legend>
            {FORMATS.map((f) => (
              <label key={f.format}>
                <input
                  type="radio"
                  name="format"
                  checked={format === f.format}
                  onChange={() => {
                    setFormat(f.format);
                    setState({ is: 'choosing' });
                  }}
                />
                <b>{f.name}</b> {f.says}
              </label>
            ))}
          </fieldset>
          <Outcome state={state} total={total} />
          <footer>
            {state.is === 'running' ? (
              <Button onClick={() => running.current?.abort()}>Cancel</Button>
            ) : (
              <>
                <Dialog.Close render={<Button />}>Close</Dialog.Close>
                <Button look="main" onClick={run}>
                  {state.is === 'choosing' ? 'Export' : 'Export again'}
                </Button>
              </>
            )}
          </footer>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Outcome({ state, total }: { state: State; total: number | null }) {
  switch (state.is) {
    case 'choosing':
      return null;
    case 'running':
      return (
        <div className={css['progress']}>
          <progress
            aria-label="Exported"
            value={total === null ? undefined : Math.min(state.progress.events, total)}
            max={Math.max(1, total ?? 1)}
          />
          <p>
            {counted(state.progress.events, 'event')}, {bytes(state.progress.bytes)}
          </p>
        </div>
      );
    case 'done': {
      const { events, told } = state.exported;
      return (
        <p className={css['whole']} data-exported={events}>
          <b>✓ {counted(events, 'event')}, whole.</b>{' '}
          {told === null
            ? 'The server ended the file itself; it cuts off one that it cannot finish.'
            : `The file’s last line says ${count(told)}, and so many were counted as they came.`}
        </p>
      );
    }
    case 'cancelled':
      return (
        <p className={css['broken']}>Cancelled after {counted(state.progress.events, 'event')}. Nothing was saved.</p>
      );
    case 'failed':
      return (
        <p className={css['broken']} role="alert">
          ✕ It broke off after {counted(state.progress.events, 'event')}: {state.why}. Nothing was saved.
        </p>
      );
  }
}

/** Like events-20261001-080000.ndjson */
function nameOf(format: ExportFormat): string {
  const at = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `events-${at}.${FORMATS.find((f) => f.format === format)?.end}`;
}
