import { describe, expect, it } from 'vitest'
import { placesOf, recordOf } from '../../src/sim/record.ts'
import type { Service } from '../../src/sim/scenario.ts'

const backend: Service = { endpoints: [{ latency: 1, weight: 5 }, { latency: 1 }] }
const routed: Service = {
  rules: [
    { matches: [{ path: { value: '/new' } }], backendRefs: [{ name: 'new' }] },
    { backendRefs: [{ name: 'new', weight: 5 }, { name: 'old' }] },
  ],
}

describe('the record of a scenario’s service', () => {
  it('has the endpoints of a backend, with a weight where one is said', () => {
    expect(recordOf('leaf', backend, {}).endpoints).toEqual([
      { url: 'http://leaf-0.backend/', weight: 5 },
      'http://leaf-1.backend/',
    ])
  })

  it('has one address for all isolates of a tier', () => {
    expect(recordOf('a', { isolates: 200, calls: [] }, {})).toEqual({ endpoints: ['http://a.tier/'] })
  })

  it('has the rules as they are written, and no endpoints beside', () => {
    expect(recordOf('web', routed, {})).toEqual({ rules: routed.rules })
  })

  it('stands for others, whose places are its own', () => {
    const services = { web: { alias: ['eu', 'us'] }, eu: backend, us: backend }
    expect(recordOf('web', services.web, { retry: { attempts: 1 } })).toEqual({ alias: ['eu', 'us'] })
    expect(placesOf(services, 'web')).toEqual([
      ['http://eu-0.backend/', 'http://eu-1.backend/'],
      ['http://us-0.backend/', 'http://us-1.backend/'],
    ])
  })

  it('has the contender’s policy over the scenario’s own', () => {
    const policy = { retry: { attempts: 1 }, timeouts: { request: '1s' } }
    expect(recordOf('a', { isolates: 1, calls: [], policy }, { retry: { attempts: 0 } })).toMatchObject({
      retry: { attempts: 0 },
      timeouts: { request: '1s' },
    })
  })
})

describe('the places of a report', () => {
  const services = { web: routed, new: backend, old: { endpoints: [{ latency: 1 }] } }

  it('are the endpoints of the leaf', () => {
    expect(placesOf(services, 'new')).toEqual([['http://new-0.backend/'], ['http://new-1.backend/']])
  })

  it('are its backends where it has rules, each once and with all of its endpoints', () => {
    expect(placesOf(services, 'web')).toEqual([
      ['http://new-0.backend/', 'http://new-1.backend/'],
      ['http://old-0.backend/'],
    ])
  })
})
