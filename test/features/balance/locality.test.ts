import { describe, expect, it } from 'vitest'
import { seeded } from '../../../src/core/time/random.ts'
import { localities } from '../../../src/features/balance/locality.ts'

const AMS = { colo: 'AMS', continent: 'EU' }

/** Endpoints at these places, each known by a number. */
function given(...places: readonly (string | undefined)[]) {
  const all = places.map((locality, id) => ({ id, endpoint: { locality } }))
  const known = localities(all, seeded(5))
  const near = (place: typeof AMS | undefined, gone: readonly number[] = []) => {
    const usable = gone.length > 0 ? all.filter(({ id }) => !gone.includes(id)) : all
    return known ? known.near(usable, place).map(({ id }) => id) : undefined
  }
  /** How often each list is given, of a thousand. */
  const shares = (gone: readonly number[]) => {
    const counts: Record<string, number> = {}
    for (let call = 0; call < 1000; call++) {
      const list = String(near(AMS, gone))
      counts[list] = (counts[list] ?? 0) + 1
    }
    return counts
  }
  return { all, known, near, shares }
}

describe('localities', () => {
  it('are nothing where no endpoint says where it is', () => {
    expect(given(undefined, undefined).known).toBeUndefined()
  })

  it.each([
    ['of the colo before those of the continent', ['EU', 'AMS', 'AMS', 'NA'], [1, 2]],
    ['of the continent before the rest', ['NA', 'EU', undefined, 'weur'], [1, 3]],
    ['of a region on the continent', ['enam', 'eeur', 'weur'], [1, 2]],
    ['all of the rest, where none is near', ['NA', undefined, 'apac', 'FRA'], [0, 1, 2, 3]],
    ['those that say nothing, beside those that are far', ['EU', undefined], [0]],
  ])('are those %s', (_, places, ids) => {
    expect(given(...places).near(AMS)).toEqual(ids)
  })

  it('differ from caller to caller', () => {
    const { near } = given('EU', 'NA', 'AMS')
    expect(near(AMS)).toEqual([2])
    expect(near({ colo: 'FRA', continent: 'EU' })).toEqual([0])
    expect(near({ colo: 'IAD', continent: 'NA' })).toEqual([1])
    expect(near({ colo: 'GRU', continent: 'SA' })).toEqual([0, 1, 2])
    expect(near(AMS)).toEqual([2])
  })

  it('leave the list as it is where nobody knows where the caller is', () => {
    const { known, all } = given('EU', 'NA')
    expect(known?.near(all, undefined)).toBe(all)
    expect(known?.near(all, { colo: undefined, continent: undefined })).toBe(all)
  })

  it('give the same list each time, so that what is made of it is made once', () => {
    const { known, all } = given('EU', 'EU', 'NA')
    expect(known?.near(all, AMS)).toBe(known?.near(all, { ...AMS }))
  })

  it('hold while at least 71 % of the near ones are usable', () => {
    const { near, shares } = given('EU', 'EU', 'EU', 'EU', 'NA')
    expect(near(AMS, [0])).toEqual([1, 2, 3])
    expect(shares([0])).toEqual({ '1,2,3': 1000 })
  })

  it('send the share that is missing further away, as Envoy does', () => {
    // Half of four is usable: 1.4 of a half is 70 %.
    const { shares } = given('EU', 'EU', 'EU', 'EU', 'NA')
    const { '2,3': near = 0, '4': far = 0 } = shares([0, 1])
    expect(near + far).toBe(1000)
    expect(Math.abs(near - 700)).toBeLessThan(45)
  })

  it('skip a level that has none left', () => {
    const { shares } = given('AMS', 'EU', 'NA')
    expect(shares([0])).toEqual({ '1': 1000 })
    expect(shares([0, 1])).toEqual({ '2': 1000 })
  })

  it('share in proportion where all levels together do not make up for what is missing', () => {
    // A quarter is left of each: 35 % and 35 % of what is needed.
    const { shares } = given('EU', 'EU', 'EU', 'EU', 'NA', 'NA', 'NA', 'NA')
    const { '3': near = 0, '7': far = 0 } = shares([0, 1, 2, 4, 5, 6])
    expect(near + far).toBe(1000)
    expect(Math.abs(near - 500)).toBeLessThan(50)
  })

  it('are those of the nearest level that is left, where the others were tried and are well', () => {
    const { known, all } = given('EU', 'EU', 'EU', 'NA')
    for (let call = 0; call < 50; call++) {
      expect(known?.nearest(all.slice(2), AMS)).toEqual([all[2]])
      expect(known?.nearest(all.slice(3), AMS)).toEqual([all[3]])
    }
    expect(known?.nearest([], AMS)).toEqual([])
    const some = all.slice(1)
    expect(known?.nearest(some, undefined)).toBe(some)
  })

  it('never give an empty list, however few are left', () => {
    const { all, near } = given('AMS', 'AMS', 'EU', 'EU', 'NA', undefined)
    for (let set = 1; set < 2 ** all.length; set++) {
      const gone = all.filter(({ id }) => (set & (1 << id)) === 0).map(({ id }) => id)
      const ids = near(AMS, gone) ?? []
      expect(ids.length, String(gone)).toBeGreaterThan(0)
      for (const id of ids) expect(gone).not.toContain(id)
    }
  })
})
