import { describe, expect, it } from 'vitest'
import { readPlace } from '../../src/wire/place.ts'

const cameWith = (cf?: unknown) => Object.assign(new Request('http://front/'), cf === undefined ? {} : { cf })

describe('readPlace', () => {
  it('is the colo and the continent that the platform says', () => {
    const request = cameWith({ colo: 'AMS', continent: 'EU', country: 'NL', asn: 1 })
    expect(readPlace(request)).toEqual({ colo: 'AMS', continent: 'EU' })
  })

  it('is what is said of the two', () => {
    expect(readPlace(cameWith({ colo: 'AMS' }))).toEqual({ colo: 'AMS', continent: undefined })
    expect(readPlace(cameWith({ colo: 7, continent: null }))).toEqual({ colo: undefined, continent: undefined })
  })

  it('is nowhere where the platform says nothing', () => {
    expect(readPlace(cameWith())).toBeUndefined()
    expect(readPlace(cameWith(null))).toBeUndefined()
  })
})
