import { EmptyState } from '../../ui/empty-state';

export function TracePage() {
  return <EmptyState title="Traces is not built yet" />;
}
