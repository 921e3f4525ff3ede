import { describe, expect, it } from 'vitest'
import { readPriority, writePriority } from '../../src/wire/priority.ts'

const read = (said?: string) =>
  readPriority(new Headers(said === undefined ? undefined : { 'selvedge-priority': said }))

describe('priority', () => {
  it.each(['critical', 'default', 'sheddable'])('is read: %s', (priority) => {
    expect(read(priority)).toBe(priority)
    expect(read(priority.toUpperCase())).toBe(priority)
  })

  it.each([undefined, '', 'high', 'critical, sheddable', '1'])('is none where it is said so: %s', (said) => {
    expect(read(said)).toBeUndefined()
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
