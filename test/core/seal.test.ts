import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seal } from '../../src/core/seal.ts'

describe('seal', () => {
  // RFC 4231, test case 2: the first half of HMAC-SHA-256.
  it('marks as HMAC with SHA-256 does', async () => {
    expect(await seal(['Jefe']).markOf('what do ya want for nothing?')).toBe('5bdcc146bf60754e6a042426089575c7')
  })

  it('fits what one of its keys has marked, and marks with the first', async () => {
    const old = seal(['old'])
    const both = seal(['new', 'old'])
    const mark = await old.markOf('a')
    expect(await both.fits('a', mark)).toBe(true)
    expect(await both.markOf('a')).not.toBe(mark)
    expect(await seal(['new']).fits('a', mark)).toBe(false)
    expect(await old.fits('a', await both.markOf('a'))).toBe(false)
  })

  it.each([[[]], [['']], [['key', '']]])('is not made of %j', (keys) => {
    expect(() => seal(keys)).toThrow(TypeError)
  })

  it('fits no other text and no other mark', async () => {
    const { fits, markOf } = seal(['key'])
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), fc.string(), async (text, other, mark) => {
        const right = await markOf(text)
        expect(await fits(text, right)).toBe(true)
        if (other !== text) expect(await fits(other, right)).toBe(false)
        for (const wrong of [mark, '', right.slice(1), `${right}0`, right.toUpperCase() + mark]) {
          expect(await fits(text, wrong)).toBe(wrong === right)
        }
      }),
      { numRuns: 50 },
    )
  })
})
