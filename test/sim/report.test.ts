import { describe, expect, it } from 'vitest'
import { ledger } from '../../src/sim/ledger.ts'
import { reportOf } from '../../src/sim/report.ts'
import { fault, smallChain } from './small.ts'

/** Ten users a second, of whom `served(second)` are served in 10, 20, … ms; an attempt each at the first endpoint. */
function given(served: (second: number) => number) {
  const book = ledger(14, 2)
  for (let second = 0; second < 14; second++) {
    for (let user = 0; user < 10; user++) {
      book.user(second * 1000, (user + 1) * 10, user < served(second))
      book.attempt(second * 1000, 0)
    }
  }
  return book
}

// 10 users a second, a fault from the 4th to the 8th second, 2 s of warm-up.
const scenario = smallChain({ perSecond: 10 }, [fault({})])

describe('a report', () => {
  it('counts users after the warm-up, and those of the fault', () => {
    const { users } = reportOf(
      scenario,
      'x',
      1,
      given((second) => (second < 2 || (second >= 4 && second < 8) ? 0 : 10)),
    )
    expect(users.came).toBe(120)
    expect(users.success).toBeCloseTo(8 / 12)
    expect(users.successDuringFault).toBe(0)
  })

  it('says how long users waited, and nothing where too many were not served', () => {
    const { users } = reportOf(
      scenario,
      'x',
      1,
      given(() => 9),
    )
    expect(users.p50Ms).toBe(60)
    expect(users.p99Ms).toBeNull()
  })

  it('weighs load by what users alone would cause', () => {
    const book = given(() => 10)
    for (let count = 0; count < 20; count++) book.attempt(5500, 1)
    const { load, endpoints } = reportOf(scenario, 'x', 1, book)
    expect(load.base).toBe(10)
    expect(load.perSecond.slice(4, 7)).toEqual([1, 3, 1])
    expect(load.meanDuringFault).toBeCloseTo(6 / 4)
    expect(load.peak).toBe(3)
    expect(endpoints.map(({ shareDuringFault }) => shareDuringFault)).toEqual([40 / 60, 20 / 60])
  })

  it('counts whom the first endpoint had before an edit, and another one since', () => {
    const book = given(() => 10)
    book.attempt(3000, 0, 'leaves')
    book.attempt(9000, 1, 'leaves')
    book.attempt(3000, 0, 'stays')
    book.attempt(9000, 0, 'stays')
    book.attempt(3000, 1, 'comes')
    book.attempt(9000, 0, 'comes')
    book.attempt(7000, 0, 'wavers after it')
    book.attempt(7001, 1, 'wavers after it')
    book.attempt(3000, 0, 'wavers before it')
    book.attempt(3001, 1, 'wavers before it')
    const edited = { ...scenario, edits: [{ atMs: 6000, service: 'leaf', to: { endpoints: [] } }] }
    expect(reportOf(edited, 'x', 1, book).keys).toEqual({ came: 5, movedBack: 2 })
    expect(
      reportOf(
        scenario,
        'x',
        1,
        given(() => 10),
      ).keys,
    ).toEqual({ came: 0, movedBack: 0 })
  })

  it('calls it recovered from the first of five good seconds in a row', () => {
    const recovered = (served: (second: number) => number) => reportOf(scenario, 'x', 1, given(served)).recoverySeconds
    expect(recovered(() => 10)).toBe(0)
    expect(recovered((second) => (second < 9 ? 0 : 10))).toBe(1)
    expect(recovered((second) => (second === 10 ? 9 : 10))).toBeNull()
  })
})
