import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  preferred,
  REPORTERS,
  type Reported,
  reportedKey,
  reportedOf,
} from '../../../src/telemetry/numbers/reporters.ts'

const reported = fc.record({
  service: fc.constantFrom('users', 'orders', '*.shop', 'users@pr-1', '', '(other)', 'source', 'mesh'),
  reporter: fc.constantFrom(...REPORTERS),
})

describe('the key of what a reporter has counted', () => {
  it('says of which service, and by whom', () => {
    fc.assert(
      fc.property(reported, (one) => {
        expect(reportedOf(reportedKey(one))).toEqual(one)
      }),
    )
  })

  it('is of the mesh the name of the service: as before there were others', () => {
    expect(reportedKey({ service: 'users', reporter: 'mesh' })).toBe('users')
    expect(reportedOf('users')).toEqual({ service: 'users', reporter: 'mesh' })
  })
})

describe('the preferred reporter', () => {
  it('is one for each service: the mesh, else its callers, else itself; in the order in which they came', () => {
    fc.assert(
      fc.property(fc.uniqueArray(reported, { selector: reportedKey }), (all) => {
        const chosen = preferred(all)
        expect(new Set(chosen.map(({ service }) => service))).toEqual(new Set(all.map(({ service }) => service)))
        expect(chosen).toEqual(all.filter((one) => chosen.includes(one)))
        const rank = ({ reporter }: Reported) => REPORTERS.indexOf(reporter)
        for (const one of all) {
          const [of, ...more] = chosen.filter(({ service }) => service === one.service)
          expect(more).toEqual([])
          expect(rank(of ?? one)).toBeLessThanOrEqual(rank(one))
        }
      }),
    )
  })
})
