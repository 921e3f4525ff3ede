import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isDeeper } from '../../../src/core/text/depth.ts'

/** Levels of lists and objects, by walking. */
function levelsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(levelsOf))
}

describe('isDeeper', () => {
  it('agrees with what is read, whatever stands in strings', () => {
    const json = fc.json({ maxDepth: 6 })
    fc.assert(
      fc.property(json, fc.nat(8), (json, levels) => {
        expect(isDeeper(json, levels)).toBe(levelsOf(JSON.parse(json)) > levels)
      }),
      {
        examples: [
          ['{"a[[[":"\\"[[["}', 1],
          ['"\\\\"', 0],
          ['[[]]', 1],
        ],
      },
    )
  })

  it('has no stack to run out of', () => {
    expect(isDeeper('['.repeat(4_000_000), 4_000_000)).toBe(false)
    expect(isDeeper('['.repeat(4_000_000), 100)).toBe(true)
  })
})
