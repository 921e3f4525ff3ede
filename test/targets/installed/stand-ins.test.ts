import { describe, expect, it } from 'vitest'
import { kindOfBinding } from '../../../src/targets/installed/kind-of.ts'
import { everyBinding, standIns } from '../../../src/targets/installed/stand-ins.ts'
import { unreachableBecause } from '../../../src/targets/roads.ts'
import { endpointOf, type WrittenEndpoint } from '../../../src/targets/schema.ts'
import type { BindingKind } from '../../../src/wire/installation.ts'

const KINDS: Record<string, BindingKind> = {
  USERS: 'service',
  DISPATCH: 'dispatch',
  ROOMS: 'object',
  JOBS: 'queue',
  REGISTRY: 'kv',
  RATE_100: 'ratelimit',
  TEXT: 'value',
  FILES: 'other',
}

const ENDPOINTS: readonly WrittenEndpoint[] = [
  { binding: 'USERS' },
  { dispatch: { binding: 'DISPATCH', script: 'users' } },
  { object: { binding: 'ROOMS', key: 'name:hall' } },
  { queue: { binding: 'JOBS' } },
]

const because = (endpoint: WrittenEndpoint, bindings: Readonly<Record<string, unknown>>) =>
  unreachableBecause(endpointOf(endpoint).target, { bindings, hasCloud: false, hasTopics: false })

describe('stand-ins for bindings', () => {
  it('are of the kind that they stand in for', () => {
    const made = standIns(KINDS)
    for (const [name, kind] of Object.entries(KINDS)) {
      expect([name, kindOfBinding(made, name)]).toEqual([name, kind === 'other' ? 'json' : kind])
    }
  })

  it('are there for what names them, and for nothing else', () => {
    const made = standIns(KINDS)
    for (const endpoint of ENDPOINTS) {
      expect(because(endpoint, made)).toBeUndefined()
      expect(because(endpoint, {})).toMatch(/This Worker has no /)
      expect(because(endpoint, everyBinding())).toBeUndefined()
    }
    expect(because({ binding: 'TEXT' }, made)).toBe('This Worker has no service binding "TEXT".')
    expect(because({ queue: { binding: 'REGISTRY' } }, made)).toBe('This Worker has no queue "REGISTRY".')
  })
})
