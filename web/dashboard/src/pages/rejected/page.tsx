import { EmptyState } from '../../ui/empty-state';

export function RejectedPage() {
  return <EmptyState title="Rejected is not built yet" />;
}
