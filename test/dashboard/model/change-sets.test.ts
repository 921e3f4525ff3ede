import { expect, it } from 'vitest'
import type { RevisionView } from '../../../src/admin/client.ts'
import { changeSets } from '../../../src/dashboard/model/change-sets.ts'

const revision = (name: string, revision: number): RevisionView => ({
  name,
  revision,
  record: 'https://a.example',
  author: 'alice',
  message: '',
  at: '2026-11-30T00:00:00.000Z',
  origin: 'api',
})

it('changes of several names stand together', () => {
  const sets = changeSets([revision('a', 7), revision('b', 7), revision('a', 3)])
  expect(sets.map((set) => [set.revision, set.parts.map(({ name }) => name)])).toEqual([
    [7, ['a', 'b']],
    [3, ['a']],
  ])
})
