import { describe, expect, it } from 'vitest'
import { GatheredBytes } from '../../../src/core/bytes/gathered-bytes.ts'

describe('GatheredBytes', () => {
  it('puts pieces one behind the other, whatever their size', () => {
    const gathered = new GatheredBytes()
    const all: number[] = []
    for (const size of [0, 3, 1, 2000, 0, 70_000, 5]) {
      const piece = Uint8Array.from({ length: size }, (_, index) => (all.length + index) & 255)
      gathered.add(piece)
      all.push(...piece)
      expect(gathered.length).toBe(all.length)
      expect(Buffer.compare(gathered.bytes(), Uint8Array.from(all))).toBe(0)
    }
    expect([...gathered.bytes(all.length - 3)]).toEqual(all.slice(-3))
  })

  it('holds no more than twice what it weighs, however small the pieces are', () => {
    const gathered = new GatheredBytes()
    for (let count = 0; count < 10_000; count++) gathered.add(Uint8Array.of(count & 255))
    expect(gathered.length).toBe(10_000)
    expect(gathered.bytes().buffer.byteLength).toBeLessThan(20_000)
  })

  it('keeps a piece of its own as it is, and copies any other', () => {
    const own = Uint8Array.of(7)
    const kept = new GatheredBytes()
    kept.add(own, true)
    expect(kept.bytes().buffer).toBe(own.buffer)
    const copied = new GatheredBytes()
    copied.add(own)
    own[0] = 8
    expect([...copied.bytes()]).toEqual([7])
  })
})
