import { Dialog } from '@base-ui/react/dialog';
import { Button } from '../ui/button';
import css from './dialog.module.css';
import { SHORTCUTS, setShortcutsOn, useShortcutsOn } from './shortcuts';

export function ShortcutsDialog({ open, onOpen }: { open: boolean; onOpen: (open: boolean) => void }) {
  const on = useShortcutsOn();
  return (
    <Dialog.Root open={open} onOpenChange={onOpen}>
      <Dialog.Portal>
        <Dialog.Backdrop className={css['backdrop']} />
        <Dialog.Popup className={css['popup']}>
          <Dialog.Title className={css['title']}>Keyboard shortcuts</Dialog.Title>
          <dl className={css['keys']} data-off={on ? undefined : ''}>
            {SHORTCUTS.map(({ keys, does }) => (
              <div key={does}>
                <dt>
                  {keys.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
          <footer>
            <label>
              <input type="checkbox" checked={on} onChange={(e) => setShortcutsOn(e.target.checked)} /> Shortcuts are on
            </label>
            <Dialog.Close render={<Button>Close</Button>} />
          </footer>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
