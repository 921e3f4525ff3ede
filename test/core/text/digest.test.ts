import { expect, it, vi } from 'vitest'
import { areSameDigits, sha256Hex } from '../../../src/core/text/digest.ts'

it('tells the same digests from others', async () => {
  const [one, same, other] = await Promise.all(['a', 'a', 'b'].map(sha256Hex))
  expect(areSameDigits(one ?? '', same ?? '')).toBe(true)
  expect(areSameDigits(one ?? '', other ?? '')).toBe(false)
  expect([areSameDigits('ab', 'a'), areSameDigits('a', 'ab'), areSameDigits('', 'a')]).toEqual([false, false, false])
})

it('looks at every digit, wherever the first one differs: how long it takes says nothing', () => {
  const digest = 'a'.repeat(64)
  const looksAt = (other: string) => {
    const look = vi.spyOn(String.prototype, 'charCodeAt')
    areSameDigits(digest, other)
    const { length } = look.mock.calls
    look.mockRestore()
    return length
  }
  const others = [0, 1, 31, 63].map((at) => `${'a'.repeat(at)}b${'a'.repeat(63 - at)}`)
  expect([digest, ...others].map(looksAt)).toEqual(Array(5).fill(128))
})
