import { describe, expect, it } from 'vitest'
import { FATES, fateOf } from '../../../src/wire/answer/fates.ts'
import * as names from '../../../src/wire/headers.ts'

const requests = Object.values<unknown>(names).filter(
  (name): name is string => typeof name === 'string' && name.startsWith('selvedge-') && name !== names.PREFIX,
)

describe('fateOf', () => {
  it.each([
    ['selvedge-error', 'kept'],
    ['selvedge-retryable', 'kept'],
    ['selvedge-retries-used', 'settled'],
    ['selvedge-receipt', 'stopped'],
    ['selvedge-revision', 'stopped'],
    ['selvedge-session-1abc', 'stopped'],
    ['selvedge-', 'stopped'],
    ['x-selvedge-error', 'kept'],
    ['content-type', 'kept'],
  ])('of %s is %s', (name, fate) => {
    expect(fateOf(name)).toBe(fate)
  })

  it('stops what the mesh writes on requests alone, where an endpoint echoes it', () => {
    expect(requests.length).toBeGreaterThan(3)
    for (const name of requests) expect(fateOf(name), name).toBe('stopped')
  })
})

describe('FATES', () => {
  it("holds the mesh's own names alone, as headers come: in lower case", () => {
    for (const name of FATES.keys()) expect(name).toMatch(/^selvedge-[a-z-]+$/)
  })
})
