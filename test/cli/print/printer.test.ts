import { describe, expect, it } from 'vitest'
import { printer } from '../../../src/cli/print/printer.ts'
import { mayColour } from '../../../src/cli/print/style.ts'

function given({ isSeen = true, isColoured = true } = {}) {
  const out: string[] = []
  const err: string[] = []
  const print = printer(
    { out: (text) => out.push(text), err: (text) => err.push(text), isOutSeen: isSeen, isErrSeen: isSeen },
    () => isColoured,
  )
  return { print, out, err }
}

const piece = { text: 'bad', style: 'bad' } as const

describe('printer', () => {
  it('colours what a terminal shows, and nothing else', () => {
    const seen = given()
    seen.print.line(['it is ', piece])
    expect(seen.out).toEqual(['it is \u001b[31mbad\u001b[0m\n'])
    for (const { print, out } of [given({ isSeen: false }), given({ isColoured: false })]) {
      print.line(['it is ', piece])
      expect(out).toEqual(['it is bad\n'])
    }
  })

  it('escapes what is in a coloured piece, so that no text of others has a colour', () => {
    const { print, err } = given()
    print.tell([{ text: 'a\u001b[0mb', style: 'good' }])
    expect(err).toEqual(['\u001b[32ma\\u001b[0mb\u001b[0m\n'])
  })

  it('writes progress over itself, and wipes it before anything else', () => {
    const { print, out, err } = given()
    print.progress('1 of 3')
    print.progress('2 of 3')
    print.line('done')
    expect(err).toEqual(['1 of 3', '\r\u001b[K', '2 of 3', '\r\u001b[K'])
    expect(out).toEqual(['done\n'])
  })

  it('shows no progress where nobody looks on', () => {
    const { print, err } = given({ isSeen: false })
    print.progress('1 of 3')
    expect(err).toEqual([])
  })
})

describe('mayColour', () => {
  it.each([
    [{}, true],
    [{ NO_COLOR: '1' }, false],
    [{ NO_COLOR: '' }, true],
    [{ TERM: 'dumb' }, false],
    [{ TERM: 'xterm-256color' }, true],
  ])('of %j is %s', (env, isColoured) => {
    expect(mayColour(env)).toBe(isColoured)
  })
})
