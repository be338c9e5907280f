import { useEffect, useState } from 'react';
import { announce } from './announce';
import { Button, type ButtonProps } from './button';
import { Icon } from './icon';

/** Whether it worked: without TLS, browsers have no clipboard but for what is selected. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

function copySelected(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('readonly', '');
  area.className = 'spoken';
  const focused = document.activeElement;
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied;
}

const SHOWN_MS = 1_500;

/** Copies, and says so in its own place. */
export function CopyButton({ text, children, ...props }: Omit<ButtonProps, 'onClick'> & { text: () => string }) {
  const [done, setDone] = useState<boolean | null>(null);
  useEffect(() => {
    if (done === null) return;
    const timer = setTimeout(() => setDone(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => {
    const copied = await copyText(text());
    setDone(copied);
    announce(copied ? 'Copied' : 'The browser does not let this page copy');
  };
  return (
    <Button {...props} onClick={copy} data-done={done ?? undefined}>
      {done === null ? (children ?? <Icon name="copy" size={14} />) : done ? '✓' : '✕'}
      {done !== null && typeof children === 'string' && (done ? ' Copied' : ' Not allowed')}
    </Button>
  );
}
