import { readFileSync } from 'node:fs'
import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

/** A test takes many times as long on a machine that has other work: this is for what would never end. */
const PATIENT = { testTimeout: 120_000, hookTimeout: 120_000 }

/** Text modules, as wrangler and workerd have them. */
const texts = {
  name: 'texts',
  enforce: 'pre' as const,
  load: (id: string) =>
    id.endsWith('.txt') ? `export default ${JSON.stringify(readFileSync(id, 'utf8'))}` : undefined,
}

export default defineConfig({
  define: { SELVEDGE_VERSION: JSON.stringify('0.0.0-test') },
  test: {
    projects: [
      {
        // Logic, in virtual time.
        extends: true,
        plugins: [texts],
        test: {
          name: 'node',
          ...PATIENT,
          include: ['test/**/*.test.ts'],
          exclude: ['test/worker/**', 'test/e2e/**', 'test/conformance/**', 'test/judges/**', 'test/browser/**'],
        },
      },
      {
        // Bindings and request contexts, inside workerd.
        extends: true,
        plugins: [
          cloudflareTest({
            main: './test/worker/main.ts',
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              durableObjects: {
                REGISTRY_OBJECT: { className: 'RegistryObject', useSQLite: true },
                STATS_OBJECT: { className: 'StatsObject', useSQLite: true },
                QUOTA_OBJECT: { className: 'QuotaObject', useSQLite: true },
                DEAD_LETTERS: { className: 'DeadLettersObject', useSQLite: true },
                INBOX_OBJECT: { className: 'InboxObject', useSQLite: true },
                ORDERS_OBJECT: { className: 'OrdersObject', useSQLite: true },
                CHECKED_OBJECT: { className: 'CheckedRegistryObject', useSQLite: true },
              },
            },
          }),
        ],
        test: { name: 'workerd', include: ['test/worker/**/*.test.ts'], ...PATIENT },
      },
      {
        // The built Worker in Miniflare against real servers on loopback.
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/conformance/**/*.test.ts'],
          ...PATIENT,
          // They wait more than they work: two at a time, apart from the others.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // The dashboard in Debian's Chromium: `npm run test:browser`, not part of `npm test`.
        extends: true,
        test: { name: 'browser', include: ['test/browser/**/*.test.ts'], ...PATIENT, fileParallelism: false },
      },
      {
        // The built mesh against Prometheus and serverless-offline, which not every machine has: not in `npm test`.
        extends: true,
        test: { name: 'judges', include: ['test/judges/**/*.test.ts'], ...PATIENT, fileParallelism: false },
      },
    ],
  },
})
