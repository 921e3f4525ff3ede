import { describe, expect, it } from 'vitest'
import { MOST_UPLOADS, senders } from '../../../src/features/upload/senders.ts'

describe('senders', () => {
  it('lets each be in the middle of 64 bodies', () => {
    const subject = senders()
    const ends = Array.from({ length: MOST_UPLOADS }, () => subject.start('a', 0, 1_000))
    expect(ends).not.toContain(undefined)
    expect(subject.start('a', 0, 1_000)).toBeUndefined()
    expect(subject.start('b', 0, 1_000)).toBeDefined()
    ends[7]?.()
    // A second time it ends nothing.
    ends[7]?.()
    expect(subject.start('a', 0, 1_000)).toBeDefined()
    expect(subject.start('a', 0, 1_000)).toBeUndefined()
  })

  it('forgets those that ended without a word', () => {
    const subject = senders()
    for (let count = 0; count < MOST_UPLOADS; count++) subject.start('a', 0, 1_000)
    expect(subject.start('a', 999, 2_000)).toBeUndefined()
    expect(subject.start('a', 1_000, 2_000)).toBeDefined()
  })
})
