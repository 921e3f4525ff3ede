import { describe, expect, it } from 'vitest'
import { heldOut, heldOutSeeds } from '../../src/sim/held-out.ts'
import { library, librarySeeds } from '../../src/sim/library.ts'

const named = ({ scenario }: (typeof library)[number]) => scenario.name
/** What happens, whatever it is called. */
const given = ({ scenario }: (typeof library)[number]) => JSON.stringify({ ...scenario, name: '', about: '' })

describe('the library', () => {
  it('calls each scenario by a name of its own', () => {
    const names = [...library, ...heldOut].map(named)
    expect(new Set(names).size).toBe(names.length)
  })

  it('asks something of every scenario', () => {
    for (const trial of [...library, ...heldOut]) expect(trial.goals, named(trial)).not.toHaveLength(0)
  })
})

describe('what is held out', () => {
  it('is none of the scenarios that constants were chosen by', () => {
    const known = new Set(library.map(given))
    expect(heldOut.filter((trial) => known.has(given(trial))).map(named)).toEqual([])
  })

  it('is tried with other seeds', () => {
    expect(heldOutSeeds.filter((seed) => librarySeeds.includes(seed))).toEqual([])
    expect(heldOutSeeds).toHaveLength(2)
  })

  it('has other rates, two and five hops, a diamond and unequal isolates', () => {
    const names = heldOut.map(named)
    for (const kind of ['dead-leaf', 'halved-leaf', 'failures-10']) {
      for (const shape of ['2-hops', '5-hops', 'diamond', 'skewed']) expect(names).toContain(`${kind}-${shape}`)
    }
    for (const percent of [5, 20, 50]) expect(names).toContain(`failures-${percent}`)
  })
})
