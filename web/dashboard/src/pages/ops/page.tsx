import { EmptyState } from '../../ui/empty-state';

export function OpsPage() {
  return <EmptyState title="Operations is not built yet" />;
}
