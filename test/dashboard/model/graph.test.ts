import { describe, expect, it } from 'vitest'
import type { EdgeView, RecordView, WrittenRecord } from '../../../src/admin/client.ts'
import { around, graphOf, shapeOf } from '../../../src/dashboard/model/graph.ts'

const record = (name: string, written: WrittenRecord): RecordView => ({
  name,
  record: written,
  revision: 1,
  author: null,
  message: '',
  at: '2026-11-30T00:00:00.000Z',
  origin: 'api',
  state: 'published',
})
const edge = (caller: string, service: string, success = 1): EdgeView => ({
  caller,
  service,
  requests: 60,
  rps: 1,
  success,
})

const RECORDS = [
  record('order', { rules: [{ backendRefs: [{ name: 'users' }, { name: 'nobody' }] }] }),
  record('people', { alias: ['users'] }),
  record('users', 'https://users.example.com'),
]

describe('the graph of calls', () => {
  const graph = graphOf(RECORDS, [edge('', 'order'), edge('order', 'users', 0.5), edge('ci', 'users'), edge('', '', 0)])

  it('has a link for each that calls, and for each record that refers to another', () => {
    expect(graph.links.map(({ from, to, kind }) => `${from} ${kind} ${to}`).sort()).toEqual([
      'ci calls users',
      'order calls users',
      'people refers users',
      'strangers calls order',
      'strangers calls unknown names',
    ])
  })

  it('tells services from callers, and how well the calls of each end', () => {
    expect(graph.nodes.map(({ id, kind, health }) => [id, kind, health])).toEqual([
      ['ci', 'caller', 'quiet'],
      ['order', 'service', 'good'],
      ['people', 'service', 'quiet'],
      ['strangers', 'stranger', 'quiet'],
      ['unknown names', 'caller', 'bad'],
      ['users', 'service', 'bad'],
    ])
  })

  it('can be cut to what is around a name', () => {
    expect(around(graph, 'order').nodes.map(({ id }) => id)).toEqual(['order', 'strangers', 'users'])
  })

  it('keeps its shape when its numbers change', () => {
    expect(shapeOf(graphOf(RECORDS, [edge('ci', 'users')]))).toBe(shapeOf(graphOf(RECORDS, [edge('ci', 'users', 0)])))
    expect(shapeOf(graphOf(RECORDS, []))).not.toBe(shapeOf(graph))
  })
})
