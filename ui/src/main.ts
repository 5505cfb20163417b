import './lib/locale';
import './theme/tokens.css';
import './theme/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import type { Backend } from './lib/backend/backend';
import { tauri } from './lib/backend/tauri';

async function backendHere(): Promise<Backend> {
  // In a browser there is no Rust side; the condition is constant in a build, which drops this.
  if (import.meta.env.DEV && !('__TAURI_INTERNALS__' in window)) {
    const { fakeFromAddress } = await import('./lib/backend/fake/address');
    return fakeFromAddress(location.search);
  }
  return tauri;
}

const target = document.getElementById('app');
if (target) mount(App, { target, props: { backend: await backendHere() } });
