import { describe, expect, expectTypeOf, it } from 'vitest'
import { saga } from '../../src/saga/saga.ts'

const nothing = async () => undefined

describe('saga', () => {
  it('knows its steps by a fingerprint: what each is, and in which order', () => {
    const order = saga('place-order', { version: 2 })
      .step('look', nothing)
      .step('reserve', nothing, nothing)
      .event('approval', { type: 'approved', timeout: '2 days' })
      .pivot('charge', nothing)
      .step('ship', nothing)
    expect(order.fingerprint).toBe('2:look/n,reserve/c,approval/e,charge/p,ship/r')
    expect(order.deadlineMs).toBe(Number.POSITIVE_INFINITY)
  })

  it('leaves the saga that is gone on from as it was', () => {
    const first = saga('place-order').step('reserve', nothing, nothing)
    first.pivot('charge', nothing)
    expect(first.steps.map(({ name }) => name)).toEqual(['reserve'])
  })

  it.each([
    ['a step twice', () => saga('a').step('one', nothing).pivot('one', nothing), 'a has a step "one" already.'],
    [
      'a second pivot',
      () => Reflect.apply(saga('a').pivot('one', nothing).step, undefined, ['two', nothing, nothing]),
      'there is no way back',
    ],
    [
      'a step of a name that no key holds',
      () => saga('a').step('one/two', nothing),
      'A step cannot be called "one/two".',
    ],
    [
      "a step of the executor's own name",
      () => saga('a').step('definition', nothing),
      'A step cannot be called "definition".',
    ],
    [
      'a step whose key would read as that of an undo',
      () => saga('a').step('undo', nothing),
      'A step cannot be called "undo".',
    ],
    ['a saga without a name', () => saga(''), 'A saga is called by letters'],
    ['a version that is none', () => saga('a', { version: 1.5 }), 'version is a whole number from 1; got 1.5.'],
    [
      'a deadline that is none',
      () => saga('a', { deadline: 'soon' }),
      'deadline is a duration such as "10m" or "2 days"; got "soon".',
    ],
    ['a wait without an end', () => saga('a').event('one', { type: 'go', timeout: '0s' }), 'timeout is a duration'],
    [
      'a wait of years',
      () => saga('a').event('one', { type: 'go', timeout: '53 weeks' }),
      'timeout is 365 days at most',
    ],
    [
      'an event of a type that no path holds',
      () => saga('a').event('one', { type: 'a/b', timeout: '1s' }),
      'got "a/b"',
    ],
  ])('refuses %s', (_, made, message) => {
    expect(made).toThrow(TypeError)
    expect(made).toThrow(message)
  })

  it.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['2 days', 172_800_000],
    ['1 week', 604_800_000],
    ['1 hour 5 minutes', 3_900_000],
  ])('reads the deadline %s', (deadline, ms) => {
    expect(saga('a', { deadline }).deadlineMs).toBe(ms)
  })

  it('gives each step what those before it gave, by type', () => {
    saga<{ total: number }>('place-order')
      .step(
        'reserve',
        async () => ({ id: 'r1' }),
        async ({ output, undoes, input }) => {
          expectTypeOf(output).toEqualTypeOf<{ id: string } | undefined>()
          expectTypeOf(undoes).toBeString()
          expectTypeOf(input.total).toBeNumber()
        },
      )
      .pivot('charge', async ({ done }) => {
        expectTypeOf(done.reserve).toEqualTypeOf<{ id: string }>()
        return new Response()
      })
      .step('ship', async ({ done }) => {
        // Of a Response its content is kept.
        expectTypeOf(done.charge).toBeUnknown()
      })
  })
})
