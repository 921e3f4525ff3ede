import { describe, expect, it } from 'vitest'
import { joinedBytes } from '../../src/core/joined-bytes.ts'

describe('joinedBytes', () => {
  it('puts pieces one behind the other', () => {
    const pieces = [[1, 2], [], [3]].map((piece) => Uint8Array.from(piece))
    expect([...joinedBytes(pieces, 3)]).toEqual([1, 2, 3])
    expect(joinedBytes([], 0).length).toBe(0)
  })

  it('gives a single piece as it is', () => {
    const only = Uint8Array.of(7)
    expect(joinedBytes([only], 1)).toBe(only)
  })
})
