import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import pkg from '../../package.json' with { type: 'json' }

it('is said once and told the same by the Worker that wrangler builds', () => {
  const toml = readFileSync(new URL('../../wrangler.toml', import.meta.url), 'utf8')
  expect(toml).toContain(`SELVEDGE_VERSION = "'${pkg.version}'"`)
})
