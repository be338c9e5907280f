import type { IconName } from '../ui/icon';

export interface PageEntry {
  path: string;
  name: string;
  icon: IconName;
  /** Behind g. */
  key: string;
  adminsOnly?: boolean;
}

/** What the navigation has, in its order. */
export const PAGES: readonly PageEntry[] = [
  { path: '/live', name: 'Live', icon: 'live', key: 'l' },
  { path: '/events', name: 'Explore', icon: 'explore', key: 'e' },
  { path: '/trace', name: 'Traces', icon: 'traces', key: 't' },
  { path: '/stats', name: 'Statistics', icon: 'statistics', key: 's' },
  { path: '/ops', name: 'Operations', icon: 'operations', key: 'o' },
  { path: '/rejected', name: 'Rejected', icon: 'rejected', key: 'r', adminsOnly: true },
];
