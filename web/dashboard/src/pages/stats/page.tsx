import { EmptyState } from '../../ui/empty-state';

export function StatsPage() {
  return <EmptyState title="Statistics is not built yet" />;
}
