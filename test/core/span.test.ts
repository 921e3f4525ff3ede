import { describe, expect, it } from 'vitest'
import { openSpan, type Trace } from '../../src/core/span.ts'
import { seeded } from '../../src/core/time/random.ts'

const PARENT: Trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags: 0 }

describe('openSpan', () => {
  it('begins a trace of its own, sampled and random, where there is no parent', () => {
    const span = openSpan('server', 'GET', undefined, 1000, seeded(1))
    expect(span).toMatchObject({ parentId: undefined, flags: 3, kind: 'server', name: 'GET', startedAt: 1000 })
    expect(span.traceId).toMatch(/^[0-9a-f]{32}$/)
    expect(span.spanId).toMatch(/^[0-9a-f]{16}$/)
  })

  it('goes on with the trace of its parent, and its decision not to sample', () => {
    const span = openSpan('client', 'users', PARENT, 1000, seeded(1))
    expect(span).toMatchObject({ traceId: PARENT.traceId, parentId: PARENT.spanId, flags: 0 })
    expect(span.spanId).not.toBe(PARENT.spanId)
  })

  it('gives two attempts of one request an id each', () => {
    const random = seeded(1)
    const ids = [1, 2].map(() => openSpan('client', 'users', PARENT, 1000, random).spanId)
    expect(new Set(ids).size).toBe(2)
  })

  it('knows of nothing that came of it yet', () => {
    expect(openSpan('client', 'users', PARENT, 1000, seeded(1))).toMatchObject({
      endedAt: 1000,
      status: undefined,
      outcome: undefined,
      error: undefined,
      attempt: 0,
    })
  })
})
