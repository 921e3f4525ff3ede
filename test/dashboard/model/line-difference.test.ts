import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { folded, lineDifference } from '../../../src/dashboard/model/line-difference.ts'

const SIGN = { same: ' ', out: '-', in: '+' }
const told = (before: string, after: string) => lineDifference(before, after).map(({ is, text }) => SIGN[is] + text)

describe('the difference of two texts', () => {
  it('keeps what they have in common', () => {
    expect(told('a\nb\nc\nd', 'a\nx\nc\ne\nd')).toEqual([' a', '-b', '+x', ' c', '+e', ' d'])
    expect(told('', 'a\nb')).toEqual(['+a', '+b'])
    expect(told('a', '')).toEqual(['-a'])
  })

  it('leads from the one to the other, whatever they are', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ' '), { maxLength: 12 }).map((lines) => lines.join('\n'))
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = lineDifference(before, after)
        const of = (side: 'out' | 'in') => lines.filter(({ is }) => is === 'same' || is === side).map((one) => one.text)
        expect([of('out').join('\n'), of('in').join('\n')]).toEqual([before, after])
      }),
    )
  })

  it('is told with some lines around it, and a mark where others were left out', () => {
    const before = Array.from({ length: 20 }, (_, at) => `line ${at}`)
    const lines = folded(lineDifference(before.join('\n'), before.with(10, 'new').join('\n')), 1)
    expect(lines.map((line) => line?.text ?? null)).toEqual([null, 'line 9', 'line 10', 'new', 'line 11', null])
  })
})
