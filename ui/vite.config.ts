import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** Fails the build when the in-memory backend, which is for tests and the browser, would ship. */
function withoutFake(): Plugin {
  return {
    name: 'tomo:without-fake',
    apply: 'build',
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        const fake = chunk.moduleIds.find((id) => id.includes('/lib/backend/fake'));
        if (fake) this.error(`${chunk.fileName} contains ${fake}, which must never ship`);
      }
    },
  };
}

export default defineConfig({
  plugins: [svelte(), svelteTesting(), withoutFake()],
  // The page is loaded from the binary, so one file of each kind is better than many.
  build: {
    target: ['es2022', 'safari16', 'chrome110'],
    modulePreload: false,
    chunkSizeWarningLimit: 1000,
  },
  server: { port: 5173, strictPort: true },
  test: {
    environment: 'happy-dom',
    setupFiles: ['src/lib/test/setup.ts'],
    include: ['src/**/*.test.ts'],
    testTimeout: 20_000,
  },
});
