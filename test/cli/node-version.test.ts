import { describe, expect, it } from 'vitest'
import miniflare from '../../node_modules/miniflare/package.json' with { type: 'json' }
import wrangler from '../../node_modules/wrangler/package.json' with { type: 'json' }
import { assertNodeOfDev } from '../../src/cli/node-version.ts'

describe('the Node of dev', () => {
  it.each(['22.0.0', '22.23.3', '24.1.0', '100.0.0'])('may be %s', (version) => {
    expect(() => assertNodeOfDev(version)).not.toThrow()
  })

  it.each(['20.20.2', '21.7.3', '9.0.0'])('may not be %s, and one line says what it needs', (version) => {
    expect(() => assertNodeOfDev(version)).toThrow(
      `dev needs Node 22 or later, as miniflare and wrangler do; this is Node ${version}.`,
    )
  })

  it('is the one that miniflare and wrangler ask for', () => {
    expect([miniflare.engines.node, wrangler.engines.node]).toEqual(['>=22.0.0', '>=22.0.0'])
  })
})
