import { describe, expect, it } from 'vitest'
import { chain } from '../../../src/sim/scenarios/chain.ts'

function calls(options: Parameters<typeof chain>[0]): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(chain(options).services).map(([name, service]) => [name, 'calls' in service ? service.calls : []]),
  )
}

describe('a chain', () => {
  it('has as many hops as it is asked for, one after the other', () => {
    expect(calls({ hops: 2 })).toEqual({ a: ['b'], b: ['leaf'], leaf: [] })
    expect(Object.keys(calls({ hops: 5 }))).toEqual(['a', 'b', 'c', 'd', 'e', 'leaf'])
  })

  it('is a diamond where its second hop is two services, and has room for both', () => {
    const diamond = chain({ isDiamond: true, perSecond: 100 })
    expect(calls({ isDiamond: true })).toEqual({ a: ['b1', 'b2'], b1: ['c'], b2: ['c'], c: ['leaf'], leaf: [] })
    expect(diamond.services.leaf).toMatchObject({ endpoints: [{ capacity: 300 }] })
  })
})
