import { expect, it } from 'vitest'
import { requestContext } from '../../src/core/context.ts'
import { seeded } from '../../src/core/random.ts'
import { virtualClock } from '../../src/core/virtual-clock.ts'

const clock = virtualClock()
const random = seeded(1)

it('trusts nobody and watches no signal unless told', () => {
  expect(requestContext({ clock, random })).toMatchObject({ clock, random, trusted: false, signal: undefined })
})

it('keeps what it is given', () => {
  const { signal } = new AbortController()
  const deferred: Promise<unknown>[] = []
  const context = requestContext({ clock, random, signal, trusted: true, defer: (work) => void deferred.push(work) })
  const work = Promise.resolve()
  context.defer(work)
  expect(context).toMatchObject({ signal, trusted: true })
  expect(deferred).toEqual([work])
})

it('gives every request a receipt of its own', () => {
  const one = requestContext({ clock, random })
  const other = requestContext({ clock, random })
  one.receipt.attempts.push({
    number: 1,
    endpoint: 'a',
    startedAt: 0,
    tookMs: 0,
    outcome: undefined,
    status: undefined,
  })
  expect(other.receipt.attempts).toEqual([])
})
