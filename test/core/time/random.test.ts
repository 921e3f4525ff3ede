import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Random, seeded, systemRandom } from '../../../src/core/time/random.ts'

const draw = (random: Random) => Array.from({ length: 50 }, () => [random.next(), random.hex(8)])

describe('seeded', () => {
  it('gives the same numbers for the same seed', () => {
    expect(draw(seeded(7))).toEqual(draw(seeded(7)))
  })

  it('gives other numbers for another seed', () => {
    expect(draw(seeded(7))).not.toEqual(draw(seeded(8)))
  })

  it('spreads evenly over ten parts', () => {
    const { next } = seeded(7)
    const parts = new Array<number>(10).fill(0)
    for (let count = 0; count < 10_000; count++) {
      const part = Math.floor(next() * 10)
      parts[part] = (parts[part] ?? 0) + 1
    }
    // Five standard deviations (30) to either side; a part of none of the ten would have made them eleven.
    expect(parts).toHaveLength(10)
    for (const part of parts) expect(Math.abs(part - 1000)).toBeLessThan(150)
  })
})

describe.each([
  ['seeded', () => seeded(7)],
  ['systemRandom', systemRandom],
])('%s', (_, make) => {
  it('gives numbers from 0 up to but not including 1', () => {
    const random = make()
    const numbers = Array.from({ length: 1000 }, () => random.next())
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...numbers)).toBeLessThan(1)
    expect(new Set(numbers).size).toBeGreaterThan(990)
  })

  it.each([8, 16])('gives ids of %i bytes in lower-case hex, none twice', (bytes) => {
    const random = make()
    const ids = Array.from({ length: 1000 }, () => random.hex(bytes))
    for (const id of ids) expect(id).toMatch(new RegExp(`^[0-9a-f]{${bytes * 2}}$`))
    expect(new Set(ids).size).toBe(1000)
  })
})

describe('an id', () => {
  afterEach(() => vi.restoreAllMocks())

  it('is never of zeros alone, whatever chance gives', () => {
    const chance = vi.spyOn(crypto, 'getRandomValues').mockImplementation((pool) => {
      ;(pool as unknown as Uint8Array).fill(0, 0, 24).fill(0xab, 24)
      return pool
    })
    expect(systemRandom().hex(8)).toBe('ab'.repeat(8))
    expect(chance).toHaveBeenCalledOnce()
  })

  it('costs no call into the platform before it is asked for, a small one at first, and one for ever more later', () => {
    const chance = vi.spyOn(crypto, 'getRandomValues')
    const random = systemRandom()
    expect(chance).not.toHaveBeenCalled()
    for (let count = 0; count < 32; count++) random.hex(16)
    expect(chance).toHaveBeenCalledOnce()
    for (let count = 0; count < 1_000; count++) random.hex(16)
    const sizes = chance.mock.calls.map(([bytes]) => bytes?.byteLength)
    expect(sizes).toEqual([512, 1024, 2048, 4096, 4096, 4096, 4096])
  })

  it('may run over the end of the pool', () => {
    const random = systemRandom()
    const ids = Array.from({ length: 700 }, () => random.hex(24))
    expect(new Set(ids).size).toBe(700)
    for (const id of ids) expect(id).toHaveLength(48)
  })
})
