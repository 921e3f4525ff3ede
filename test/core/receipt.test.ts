import { expect, it } from 'vitest'
import { receipt } from '../../src/core/receipt.ts'

it('a new receipt tells of nothing decided yet', () => {
  expect(receipt()).toEqual({
    service: undefined,
    path: [],
    key: undefined,
    revision: undefined,
    freshness: undefined,
    refusedRecord: undefined,
    attempts: [],
    skipped: [],
    ejected: undefined,
    hedged: false,
    retriesUsed: 0,
    retryRefused: undefined,
  })
})

it('can be kept as JSON: it holds plain values alone', () => {
  const note = {
    number: 1,
    endpoint: 'a',
    startedAt: 5,
    tookMs: 7,
    outcome: 'success',
    status: 200,
    reason: undefined,
  } as const
  const kept = { ...receipt(), service: 'users', attempts: [note] }
  expect(JSON.parse(JSON.stringify(kept))).toEqual({
    service: 'users',
    path: [],
    attempts: [note],
    skipped: [],
    hedged: false,
    retriesUsed: 0,
  })
})
