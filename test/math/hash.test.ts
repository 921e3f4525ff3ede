import { describe, expect, it } from 'vitest'
import { fnv1a, mixed } from '../../src/math/hash.ts'

describe('fnv1a', () => {
  // The test vectors of RFC 9923, appendix C, and of Noll's own test suite.
  it.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['b', 0xe70c2de5],
    ['foobar', 0xbf9cf968],
  ])('of %j is %i', (text, hash) => {
    expect(fnv1a(text)).toBe(hash)
  })

  it('tells letters outside ASCII apart', () => {
    expect(new Set(['ü', 'u', '用', '户', '😀', '😁'].map(fnv1a)).size).toBe(6)
  })
})

describe('mixed', () => {
  // MurmurHash3 x86_32 of no bytes is its finaliser over the seed: its known answers for seeds 0, 1 and 2^32 - 1.
  it.each([
    [0, 0],
    [1, 0x514e28b7],
    [0xffffffff, 0x81f16f39],
  ])('of %i is %i', (hash, bits) => {
    expect(mixed(hash)).toBe(bits)
  })

  it('sways about half of the bits when one is changed', () => {
    let swayed = 0
    for (let number = 0; number < 1000; number++) {
      for (let bit = 0; bit < 32; bit++) {
        let difference = mixed(number) ^ mixed(number ^ (1 << bit))
        for (; difference !== 0; difference &= difference - 1) swayed += 1
      }
    }
    expect(swayed / 32_000).toBeGreaterThan(15.5)
    expect(swayed / 32_000).toBeLessThan(16.5)
  })
})
