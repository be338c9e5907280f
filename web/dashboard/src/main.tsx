import { createRoot } from 'react-dom/client';
import { base, client } from './api/client';
import { App } from './app';
import { applyTheme } from './frame/theme';
import { feed } from './live/app-feed';
import { decodeView } from './state/view';
import './styles/tokens.css';
import './styles/base.css';

applyTheme();
// The server's is relative to the path that was asked for, and would move along with each page that is gone to.
document.querySelector('base')?.setAttribute('href', base.href);
feed.setFilter(decodeView(location.search).filter);
addEventListener('online', () => client.retry());

const place = document.getElementById('app');
if (!place) throw new Error('index.html has no #app');
createRoot(place).render(<App />);
