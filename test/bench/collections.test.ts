/** What V8 prints of its collections. */
import { describe, expect, it } from 'vitest'
import { type Collection, collectionsIn, garbageOf } from '../../bench/collections.ts'

const line = (isolate: number, figures: object) =>
  `[2994:0x33b6ffd2c000:${isolate}]      573 ms: GC: ${JSON.stringify(figures)}\n`
const scavenge = { gc: 's', pause: 2, allocated: 10_240, promoted: 1_024, new_space_survived: 2_048 }

describe('collectionsIn', () => {
  it('tells scavenges from full collections, and isolates from each other', () => {
    const printed = line(0, scavenge) + line(2, { gc: 'ms', pause: 90, allocated: 512, promoted: 0 })
    expect(collectionsIn(printed)).toEqual([
      { isolate: '0', isScavenge: true, allocated: 10_240, survived: 3_072, pauseMs: 2 },
      { isolate: '2', isScavenge: false, allocated: 512, survived: 0, pauseMs: 90 },
    ])
  })

  it('leaves out what is not told to its end, and what is no collection', () => {
    const cut = line(0, scavenge).slice(0, 90)
    expect(collectionsIn(`[1:0x2:0] 613 ms: Memory pool: Removed pages: 0\n${cut}`)).toEqual([])
  })
})

describe('garbageOf', () => {
  const given = (of: Partial<Collection>): Collection => ({
    isolate: '0',
    isScavenge: true,
    allocated: 10_240,
    survived: 1_024,
    pauseMs: 2,
    ...of,
  })

  it('weighs what survives against what was allocated', () => {
    const garbage = garbageOf([given({}), given({ survived: 3_072 }), given({ survived: 2_048 })], 10)
    expect(garbage).toMatchObject({ scavenges: 3, fullOnes: 0, allocatedKb: 10, survivingKbACall: 0.5 })
    expect(garbage.survivingShare).toBeCloseTo(0.2)
  })

  it('counts garbage from the first collection on, and full ones with it', () => {
    const garbage = garbageOf([given({ allocated: 999_999 }), given({}), given({ isScavenge: false, pauseMs: 8 })], 20)
    expect(garbage).toMatchObject({ scavenges: 2, fullOnes: 1, kbACall: 1, usACall: 500 })
  })
})
