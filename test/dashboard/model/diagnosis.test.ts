import { describe, expect, it } from 'vitest'
import type { EdgeView, EndpointView, RevisionView } from '../../../src/admin/client.ts'
import { beginnings, findings } from '../../../src/dashboard/model/diagnosis.ts'

const edge = (caller: string, service: string, success: number | null): EdgeView => ({
  caller,
  service,
  requests: 60,
  rps: 1,
  success,
})

describe('where a failure begins', () => {
  const chain = [edge('', 'order', 0.2), edge('order', 'customer', 0.2), edge('customer', 'payment', 0.2)]

  it('is what fails and calls nobody that does', () => {
    const edges = [...chain, edge('payment', 'bank', 0.1), edge('order', 'stock', 1)]
    expect(beginnings(['order', 'customer', 'payment', 'bank'], edges)).toEqual(['bank'])
    expect(beginnings(['order', 'customer', 'payment'], [...chain, edge('payment', 'bank', 1)])).toEqual(['payment'])
  })

  it('is in several places where several fail by themselves', () => {
    expect(beginnings(['order', 'stock'], [edge('', 'order', 0.2), edge('', 'stock', 0.2)])).toEqual(['order', 'stock'])
  })

  it('is no callee that fails others and not this caller', () => {
    expect(beginnings(['order', 'bank'], [edge('order', 'bank', 1), edge('ci', 'bank', 0)])).toEqual(['order', 'bank'])
  })

  it('is the whole circle where they call one another', () => {
    expect(beginnings(['a', 'b'], [edge('a', 'b', 0), edge('b', 'a', 0)])).toEqual(['a', 'b'])
  })
})

const endpoint = (name: string, success: number | null, over: Partial<EndpointView> = {}): EndpointView => ({
  endpoint: name,
  requests: success === null ? 0 : 10,
  rps: 1,
  success,
  p50Ms: 1,
  p95Ms: 1,
  p99Ms: 1,
  failed: {},
  ...over,
})
const NOW = Date.parse('2026-11-30T12:00:00.000Z')
const revision = (at: string): RevisionView => ({
  name: 'order',
  revision: 7,
  record: 'https://a.example',
  author: 'alice',
  message: '',
  at,
  origin: 'api',
})

describe('what to look at of a service that fails', () => {
  const of = (over: Partial<Parameters<typeof findings>[0]>) =>
    findings({ name: 'order', edges: [], endpoints: [], revisions: [], nowMs: NOW, ...over })

  it('is first whom it calls, then what changed, then its endpoints', () => {
    const found = of({
      edges: [edge('order', 'customer', 0.2), edge('order', 'stock', 1), edge('ci', 'bank', 0)],
      endpoints: [endpoint('eu', 0), endpoint('us', 1)],
      revisions: [revision('2026-11-30T11:55:00.000Z')],
    })
    expect(found).toMatchObject([
      { kind: 'beneath', names: ['customer'] },
      { kind: 'changed', revision: { revision: 7 } },
      { kind: 'endpoints', failing: [{ endpoint: 'eu' }], isAll: false },
    ])
  })

  it('is no change of long ago', () => {
    expect(of({ revisions: [revision('2026-11-30T11:29:00.000Z')] })).toEqual([])
  })

  it('is not that a record was taken in as it stood', () => {
    const adopted = { ...revision('2026-11-30T11:55:00.000Z'), origin: 'adopt' } as const
    expect(of({ revisions: [adopted] })).toEqual([])
  })

  it('is all endpoints where all that were tried fail, and one that is ejected', () => {
    const ejected = { isolates: 1, of: 1, because: {}, since: '', probeAt: '' }
    const endpoints = [endpoint('eu', 0.5), endpoint('us', 1, { ejected }), endpoint('asia', null)]
    expect(of({ endpoints })).toMatchObject([{ isAll: true, failing: [{ endpoint: 'eu' }, { endpoint: 'us' }] }])
  })
})
