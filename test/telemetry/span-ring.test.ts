import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openSpan } from '../../src/core/span.ts'
import { seeded } from '../../src/core/time/random.ts'
import { spanRing } from '../../src/telemetry/span-ring.ts'

const named = (name: string) => openSpan('client', name, undefined, 0, seeded(1))

describe('spanRing', () => {
  it('keeps the last spans, the oldest first', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.nat(40), (capacity, count) => {
        const ring = spanRing(capacity)
        const told = Array.from({ length: count }, (_, number) => named(`${number}`))
        for (const span of told) ring.span(span)
        expect(ring.spans()).toEqual(told.slice(-capacity))
      }),
    )
  })

  it('keeps 64 unless told otherwise', () => {
    const ring = spanRing()
    for (let count = 0; count < 300; count++) ring.span(named(`${count}`))
    expect(ring.spans().map(({ name }) => name)).toEqual(Array.from({ length: 64 }, (_, index) => `${index + 236}`))
  })

  it('gives a list that does not change as more is told', () => {
    const ring = spanRing(2)
    ring.span(named('one'))
    const before = ring.spans()
    ring.span(named('two'))
    expect(before.map(({ name }) => name)).toEqual(['one'])
  })
})
