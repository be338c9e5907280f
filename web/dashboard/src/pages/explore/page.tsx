import { EmptyState } from '../../ui/empty-state';

export function ExplorePage() {
  return <EmptyState title="Explore is not built yet" />;
}
