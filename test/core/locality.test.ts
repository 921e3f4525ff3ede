import { describe, expect, it } from 'vitest'
import { continentOf, isLocality } from '../../src/core/locality.ts'

describe('isLocality', () => {
  it.each(['AMS', 'IAD', 'EU', 'AN', 'weur', 'enam', 'apac-se', 'me'])('knows %s for a place', (text) => {
    expect(isLocality(text)).toBe(true)
  })

  it.each(['', 'ams', 'eu', 'XX', 'T1', 'EURO', 'Weur', 'europe', 'us-east-1', 'AMS ', 'AMS\n', 'constructor'])(
    'takes %j for none',
    (text) => {
      expect(isLocality(text)).toBe(false)
    },
  )
})

describe('continentOf', () => {
  it.each([
    ['EU', 'EU'],
    ['weur', 'EU'],
    ['eeur', 'EU'],
    ['wnam', 'NA'],
    ['enam', 'NA'],
    ['sam', 'SA'],
    ['apac', 'AS'],
    ['apac-ne', 'AS'],
    ['apac-se', 'AS'],
    ['oc', 'OC'],
    ['afr', 'AF'],
    ['me', 'AS'],
  ])('of %s is %s', (locality, continent) => {
    expect(continentOf(locality)).toBe(continent)
  })

  it('of a colo is not known', () => {
    expect(continentOf('AMS')).toBeUndefined()
  })
})
