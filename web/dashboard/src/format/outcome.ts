/** How an outcome is shown: a sign for those who see no colours, a word for those who see nothing. */
export interface OutcomeLook {
  sign: string;
  word: string;
}

const LOOKS: Record<string, OutcomeLook> = {
  success: { sign: '✓', word: 'success' },
  failure: { sign: '✕', word: 'failure' },
  open: { sign: '○', word: 'open' },
};

const OTHER: OutcomeLook = { sign: '·', word: 'event' };

export function outcomeLook(outcome: string | null): OutcomeLook {
  return LOOKS[outcome ?? ''] ?? (outcome === null ? OTHER : { sign: '·', word: outcome });
}
