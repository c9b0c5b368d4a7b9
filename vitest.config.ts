import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const src = fileURLToPath(new URL('src/', import.meta.url))

export default defineConfig({
  oxc: { include: /\.([cm]?ts|[jt]sx)$/ },
  resolve: {
    alias: [
      { find: /^ledgerstone$/, replacement: `${src}index.ts` },
      { find: /^ledgerstone\/(.*)$/, replacement: `${src}$1.ts` },
    ],
  },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
