import { describe, expect, it } from 'vitest'
import type { RecordView, RevisionView } from '../../../src/admin/client.ts'
import { changeSets, newestChanges } from '../../../src/dashboard/model/merged-changes.ts'

const revision = (name: string, revision: number): RevisionView => ({
  name,
  revision,
  record: 'https://a.example',
  author: 'alice',
  message: '',
  at: '2026-11-30T00:00:00.000Z',
  origin: 'api',
})

/** Fifty services with ten revisions each; those of one are far apart. */
const HISTORIES = new Map(
  Array.from({ length: 50 }, (_, at) => {
    const name = `service-${at}`
    return [name, Array.from({ length: 10 }, (_, old) => revision(name, 1_000 + at - old * 50))]
  }),
)
const records = [...HISTORIES].map(
  ([, [newest]]): RecordView => ({ ...(newest as RevisionView), record: '', state: 'published' }),
)

describe('the newest changes of all services', () => {
  it.each([1, 10, 60, 500, 1_000])('are the %s that were made last', async (wanted) => {
    const all = [...HISTORIES.values()].flat().sort((one, other) => other.revision - one.revision)
    const found = await newestChanges(records, wanted, async (name) => HISTORIES.get(name) ?? [])
    expect(found).toEqual(all.slice(0, wanted))
  })

  it('take no more histories than they need', async () => {
    const asked: string[] = []
    await newestChanges(records, 10, async (name) => {
      asked.push(name)
      return HISTORIES.get(name) ?? []
    })
    expect(asked.length).toBeLessThanOrEqual(18)
  })

  it('stand together where one change had several names', () => {
    const sets = changeSets([revision('a', 7), revision('b', 7), revision('a', 3)])
    expect(sets.map((set) => [set.revision, set.parts.map(({ name }) => name)])).toEqual([
      [7, ['a', 'b']],
      [3, ['a']],
    ])
  })
})
