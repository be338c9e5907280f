import { QueryClientProvider } from '@tanstack/react-query';
import { type ComponentType, lazy, Suspense, useEffect, useSyncExternalStore } from 'react';
import { Redirect, Route, Router, Switch } from 'wouter';
import { session } from './api/client';
import { queryClient } from './api/queries';
import { Frame } from './frame/frame';
import { LivePage } from './pages/live/page';
import { SignIn } from './pages/sign-in';
import { basePath } from './state/use-view';
import { EmptyState } from './ui/empty-state';

interface PageRoute {
  path: string;
  title: string;
  page: ComponentType;
}

/** Live is in the first load; the others come when they are gone to. */
const ROUTES: readonly PageRoute[] = [
  { path: '/live', title: 'Live', page: LivePage },
  {
    path: '/events',
    title: 'Explore',
    page: lazy(async () => ({ default: (await import('./pages/explore/page')).ExplorePage })),
  },
  {
    path: '/trace/:correlation_id?',
    title: 'Traces',
    page: lazy(async () => ({ default: (await import('./pages/trace/page')).TracePage })),
  },
  {
    path: '/stats',
    title: 'Statistics',
    page: lazy(async () => ({ default: (await import('./pages/stats/page')).StatsPage })),
  },
  {
    path: '/ops',
    title: 'Operations',
    page: lazy(async () => ({ default: (await import('./pages/ops/page')).OpsPage })),
  },
  {
    path: '/rejected/:id?',
    title: 'Rejected',
    page: lazy(async () => ({ default: (await import('./pages/rejected/page')).RejectedPage })),
  },
];

function Page({ title, page: Content }: PageRoute) {
  useEffect(() => {
    document.title = `${title} · eventfeed`;
  }, [title]);
  return (
    <Frame title={title}>
      <Suspense fallback={<EmptyState title="Loading …" />}>
        <Content />
      </Suspense>
    </Frame>
  );
}

export function App() {
  const state = useSyncExternalStore(session.watch, () => session.state);
  return (
    <QueryClientProvider client={queryClient}>
      <Router base={basePath}>
        <Switch>
          {ROUTES.map((route) => (
            <Route key={route.path} path={route.path}>
              <Page {...route} />
            </Route>
          ))}
          <Route path="/">
            <Redirect to={`/live${location.search}`} replace />
          </Route>
          <Route>
            <Frame title="Not found">
              <EmptyState title="There is no such page" />
            </Frame>
          </Route>
        </Switch>
      </Router>
      {(state === 'needed' || state === 'refused') && <SignIn />}
    </QueryClientProvider>
  );
}
