import { describe, expect, it } from 'vitest'
import { readPriority, writePriority } from '../../src/wire/priority.ts'

const read = (said?: string) =>
  readPriority(new Headers(said === undefined ? undefined : { 'selvedge-priority': said }))

describe('priority', () => {
  it.each(['critical', 'default', 'sheddable'])('is read: %s', (priority) => {
    expect(read(priority)).toBe(priority)
    expect(read(priority.toUpperCase())).toBe(priority)
  })

  it('is none where none is said', () => {
    expect(read()).toBeUndefined()
  })

  it.each(['', 'high', '1', 'critical, high', 'critical, sheddable', 'default,', 'sheddable, critical'])(
    'is the least where it cannot be read, or is said among others: "%s"',
    (said) => {
      expect(read(said)).toBe('sheddable')
    },
  )

  it.each([
    ['critical, critical', 'critical'],
    ['critical, default', 'default'],
    ['Default,critical', 'default'],
  ])('of the list "%s" is %s', (said, priority) => {
    expect(read(said)).toBe(priority)
  })

  it('is written where it is not the usual one', () => {
    const written = (['critical', 'default', 'sheddable'] as const).map((priority) => {
      const headers = new Headers()
      writePriority(priority, headers)
      return headers.get('selvedge-priority')
    })
    expect(written).toEqual(['critical', null, 'sheddable'])
  })
})
