/** Why the server does not take a filter, and where its expression is at fault. */
export interface FilterRefusal {
  message: string;
  at: { line: number; column: number } | null;
  /** What is on the page is still that of the filter before; false: there was none. */
  kept: boolean;
}
