import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { patterns, stepsOf } from '../../../src/math/pattern/pattern.ts'
import { timed } from '../../support/cpu.ts'

/** One alone. */
const pattern = (source: string) => {
  const machine = patterns([source], () => true)
  return { test: (text: string) => machine.of(text) === true }
}

/** What JavaScript says of the same, with the whole text as in `pattern`. */
const byRegExp = (source: string, text: string) =>
  source.startsWith('(?i)')
    ? new RegExp(`^(?:${source.slice(4)})$`, 'i').test(text)
    : new RegExp(`^(?:${source})$`, 'u').test(text)

/** The message with which an expression is refused. */
function refusal(source: string): string {
  try {
    stepsOf(source)
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxError)
    return (error as SyntaxError).message
  }
  return 'taken'
}

describe('pattern', () => {
  it.each([
    ['/users/[0-9]+', '/users/42', true],
    ['/users/[0-9]+', '/users/42/posts', false],
    ['/users/[0-9]+', '/api/users/42', false],
    ['/v(1|2)/.*', '/v2/a/b', true],
    ['/v(1|2)/.*', '/v3/a', false],
    ['^/a$', '/a', true],
    ['\\A/a\\z', '/a', true],
    ['a^b', 'ab', false],
    ['(^|b)a', 'ba', true],
    ['a($|b)', 'ab', true],
    ['^$', '', true],
    ['$^', '', true],
    ['', '', true],
    ['', 'a', false],
    ['a|', '', true],
    ['(?P<id>\\d{2,4})', '123', true],
    ['(?<id>\\d{2,4})', '12345', false],
    ['(?:ab){2}', 'abab', true],
    ['a{0}b', 'b', true],
    ['a{2,}', 'a', false],
    ['a{2,}', 'aaaa', true],
    ['a+?b*?', 'aab', true],
    ['(a*)*', 'aaa', true],
    ['(a?){3}', 'aa', true],
    ['[^/]+', 'a/b', false],
    ['[]a]+', ']a', true],
    ['[^]a]+', 'b]', false],
    ['[a-]+', 'a-', true],
    ['[\\d\\-x]+', '1-x', true],
    ['[\\w.]+', 'a_1.', true],
    ['\\S+\\s\\S+', 'a b', true],
    ['\\D\\W', 'a-', true],
    ['\\x41\\x{1F600}\\t', 'A😀\t', true],
    ['.', '😀', true],
    ['.', '\n', false],
    ['[^a]', '\n', true],
    ['\\.\\*\\/\\-', '.*/-', true],
    ['(?i)ab[c-e][^f]', 'aBDg', true],
    ['(?i)ab[c-e][^f]', 'aBDF', false],
    ['(?i)[Z-a]', 'A', true],
  ])('%s on %j is %s', (source, text, answer) => {
    expect(pattern(source).test(text)).toBe(answer)
  })

  it.each([
    ['(a)\\1', '"\\1", which is not supported, at character 4'],
    ['(?=a)', '"(?=a", which is not supported, at character 1'],
    ['(?<=a)', '"(?<=", which is not supported, at character 1'],
    ['(?s).', '"(?s)", which is not supported, at character 1'],
    ['a(?i)b', '"(?i)", which is not supported, at character 2'],
    ['\\bword\\b', '"\\b", which is not supported, at character 1'],
    ['\\p{L}', '"\\p", which is not supported, at character 1'],
    ['[[:alpha:]]', 'a named class, which is not supported, at character 2'],
    ['a(b', '"(" that is not closed at character 2'],
    ['a)b', '")" that was not opened at character 2'],
    ['[a', '"[" that is not closed at character 1'],
    ['[z-a]', 'a range that is none at character 5'],
    ['[a-\\d]', 'a range that is none at character 6'],
    ['a**', 'a repetition of a repetition at character 3'],
    ['a{1}{2}', 'a repetition of a repetition at character 5'],
    ['*a', 'a repetition of nothing at character 1'],
    ['a|+', 'a repetition of nothing at character 3'],
    ['a{x}', '"{" that counts nothing at character 2'],
    ['a{23', '"{" that counts nothing at character 2'],
    ['a{', '"{" that counts nothing at character 2'],
    ['a{3,2}', 'a count out of order or over 1000 at character 2'],
    ['a{1001}', 'a count out of order or over 1000 at character 2'],
    ['a\\', 'an unfinished expression at character 3'],
    ['\\xZZ', '"\\x" without a number at character 1'],
    ['\\x{110000}', 'no character at character 1'],
    ['a{1000}', 'repetitions that multiply to more than 500 steps'],
    ['(((((a{9}){9}){9}){9}){9}){9}', 'repetitions that multiply to more than 500 steps'],
    ['((((){1000}){1000}){1000}){1000}', 'repetitions that multiply to more than 500 steps'],
    ['('.repeat(5000), 'more than 4096 characters'],
    ['('.repeat(4000), 'groups too deep at character 52'],
  ])('refuses %s', (source, message) => {
    expect(refusal(source)).toBe(message)
  })

  it.each([
    '(a*)*b',
    '(a+)+$b',
    '(a|a)*b',
    '(a|aa)+b',
    '(.*)*x',
    '(.*.*.*.*)!',
    '((a?){15}){15}b',
    '(a|b)*a(a|b){100}c',
    '(?i)([a-z]+)*[0-9]',
  ])('is done with a text of 16 KiB, whatever the expression: %s', (source) => {
    const text = 'ab'.repeat(8192)
    const { result, cpuMs } = timed(() => pattern(source).test(text))
    expect(result).toBe(false)
    // Some 500 steps for each of 16,384 characters. Turning back would take longer than the universe has.
    expect(cpuMs).toBeLessThan(2000)
  })

  it('says what JavaScript says', () => {
    fc.assert(
      fc.property(expression, fc.array(subject, { minLength: 1, maxLength: 8 }), (source, texts) => {
        const machine = pattern(source)
        for (const text of texts)
          expect(machine.test(text), `${source} on ${JSON.stringify(text)}`).toBe(byRegExp(source, text))
      }),
      { numRuns: 3000, seed: 4 },
    )
  })

  it('takes or refuses any text, and never runs away', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), scraps), fc.string(), (source, text) => {
        try {
          return typeof pattern(source).test(text) === 'boolean'
        } catch (error) {
          return error instanceof SyntaxError
        }
      }),
      { numRuns: 3000, seed: 4 },
    )
  })

  it('takes nothing that JavaScript refuses', () => {
    fc.assert(
      fc.property(scraps, fc.string(), (source, text) => {
        // RE2's own: `(?P<…>)`, `\A`, `\z`, `\a`, `(?i)`, `\x{…}`, `[]a]`, and an anchor that is repeated.
        fc.pre(refusal(source) === 'taken' && !/\(\?P?<|\\[Az]|\(\?i\)|\\x|\\a|\[\^?\]|[$^][*+?{]/.test(source))
        expect(pattern(source).test(text), source).toBe(new RegExp(`^(?:${source})$`).test(text))
      }),
      { numRuns: 3000, seed: 4 },
    )
  })
})

describe('stepsOf', () => {
  it.each([
    ['', 1],
    ['abc', 4],
    ['a{40}', 41],
    ['.*a.{400}x', 405],
    ['[a-z]{1,63}', 126],
    // Three ranges, four and eighty: what they are looked through for is counted once.
    ['[a-z0-9_]{9}', 10],
    ['[a-z0-9_%]{9}', 11],
    [`[${Array.from({ length: 80 }, (_, index) => String.fromCharCode(0x400 + 2 * index)).join('')}]{9}`, 30],
  ])('%s has the steps of its program', (source, steps) => {
    expect(stepsOf(source)).toBe(steps)
  })

  it('refuses what is none', () => {
    expect(() => stepsOf('(')).toThrow(SyntaxError)
  })
})

describe('patterns', () => {
  const all = (sources: readonly string[]) => patterns(sources, (numbers) => numbers)

  it('say which of them match, in their order', () => {
    const routes = all(['/a/.*', '/[a-z]+/b', '/a/b', '.*b$', '/'])
    expect(routes.of('/a/b')).toEqual([0, 1, 2, 3])
    expect(routes.of('/c/b')).toEqual([1, 3])
    expect(routes.of('/')).toEqual([4])
    expect(routes.of('')).toBeUndefined()
    expect(routes.of('/A/c')).toBeUndefined()
  })

  it('are none where there are none', () => {
    expect(all([]).of('')).toBeUndefined()
    expect(all([]).of('a')).toBeUndefined()
  })

  it('refuse what one of them is refused for', () => {
    expect(() => all(['a', '(']).of('')).toThrow(SyntaxError)
    expect(() => all(['a', 'b'.repeat(5000)]).of('')).toThrow('more than 4096 characters')
  })

  it('gather once for each set that is met', () => {
    const gathered: (readonly number[])[] = []
    const routes = patterns(['/x[0-9]+', '/x.*', '/y'], (numbers) => gathered.push(numbers))
    for (let index = 0; index < 200; index++) routes.of(`/x${index}`)
    for (let index = 0; index < 200; index++) routes.of(`/xy${index}`)
    expect(gathered.length).toBeLessThan(6)
    expect(new Set(gathered.map(String))).toEqual(new Set(['0,1', '1']))
  })

  it('say what JavaScript says of each', () => {
    fc.assert(
      fc.property(
        fc.array(expression, { minLength: 1, maxLength: 6 }),
        fc.array(subject, { minLength: 1, maxLength: 8 }),
        (sources, texts) => {
          const machine = all(sources)
          // Twice: once to find out, once from memory.
          for (const text of [...texts, ...texts]) {
            const wanted = sources.flatMap((source, number) => (byRegExp(source, text) ? [number] : []))
            expect(machine.of(text) ?? [], `${sources.join('  ')} on ${JSON.stringify(text)}`).toEqual(wanted)
          }
        },
      ),
      { numRuns: 1500, seed: 4 },
    )
  })

  it('say the same where more sets are met than are remembered', () => {
    const sources = ['.*a[ab]{7}', '.*b[ab]{9}x?', '[ab]*$', '.*(?:ab|ba){3}']
    const machine = all(sources)
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'b', 'x'), { maxLength: 60 }), (letters) => {
        const text = letters.join('')
        const wanted = sources.flatMap((source, number) => (byRegExp(source, text) ? [number] : []))
        expect(machine.of(text) ?? [], text).toEqual(wanted)
      }),
      { numRuns: 3000, seed: 4 },
    )
  })

  it('keep no more in memory, whatever characters they meet', () => {
    const characters = Array.from({ length: 0xd000 }, (_, index) => String.fromCodePoint(index + 0x20)).join('')
    const machines = Array.from({ length: 16 }, () => pattern('(?:.|\\n)*'))
    const before = heapBytes()
    for (const machine of machines) expect(machine.test(characters)).toBe(true)
    expect(heapBytes() - before).toBeLessThan(5_000_000)
  })

  it('count what is remembered of those that match, too', () => {
    // After one letter each set has one way on, and a thousand patterns that match.
    const letters = Array.from({ length: 300 }, (_, index) => String.fromCodePoint(0x4e00 + index))
    const ways = [letters.slice(0, 150), letters.slice(150)].map((some) => some.map((one) => one + one).join('|'))
    let remembered = 0
    const machine = patterns([...ways, ...letters.map(() => '.'), ...Array(700).fill('.')], ({ length }) => {
      remembered += length
    })
    for (let round = 0; round < 2; round++) for (const letter of letters) machine.of(letter)
    // Had all been kept, the second round would have gathered nothing.
    expect(remembered).toBeGreaterThan(300_000)
  })

  it('stop remembering for as long as it has been in vain, though the texts are short', () => {
    // To gather is asked for each set that is remembered, and once for a text that is read without remembering.
    let gathered = 0
    const machine = patterns(['.*a[ab]{400}x?', '.*'], () => ++gathered)
    const next = chance()
    for (let text = 0; text < 5000; text++) machine.of(Array.from({ length: 20 }, () => 'ab'[next() % 2]).join(''))
    expect(gathered).toBeLessThan(2 * 5000)
  })

  it('are done with a long text, though every character leads to a new set', () => {
    const machine = all(Array.from({ length: 8 }, (_, index) => `.*a.{${index + 40}}x`))
    const next = chance()
    const text = Array.from({ length: 16_384 }, () => 'ab'[next() % 2]).join('')
    const { result, cpuMs } = timed(() => machine.of(text))
    expect(result).toBeUndefined()
    expect(cpuMs).toBeLessThan(3000)
  })
})

/** Numbers that look like chance, always the same. */
function chance(): () => number {
  let state = 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state
  }
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}

const letters = fc.constantFrom('a', 'b', 'A', '-', '/', '1', '\n', 'é', '😀')
const subject = fc.array(letters, { maxLength: 8 }).map((parts) => parts.join(''))
const classes = fc.constantFrom(
  '[ab]',
  '[^a]',
  '[a-z]',
  '[^/]',
  '[^\\d]',
  '[\\w-]',
  '\\d',
  '\\D',
  '\\w',
  '\\W',
  '\\s',
  '\\S',
  '.',
  '[😀é]',
)
const { node: tree } = fc.letrec<{ node: string; leaf: string }>((tie) => ({
  leaf: fc.oneof(fc.constantFrom('a', 'b', 'A', '-', '1', 'é', '😀', '\\/', ''), classes, fc.constantFrom('^', '$')),
  node: fc.oneof(
    { maxDepth: 4 },
    tie('leaf'),
    fc.tuple(tie('node'), tie('node')).map(([one, other]) => one + other),
    fc.tuple(tie('node'), tie('node')).map(([one, other]) => `(?:${one}|${other})`),
    fc
      .tuple(tie('node'), fc.constantFrom('*', '+', '?', '{2}', '{0,2}', '{1,}', '*?', '+?'))
      .map(([one, count]) => `(${one})${count}`),
  ),
}))
/** With `(?i)` only where the letters are ASCII: that is what it folds. */
const expression = tree.chain((source) =>
  /^[ -~]*$/.test(source) && !/[.^WSD]/.test(source) ? fc.constantFrom(source, `(?i)${source}`) : fc.constant(source),
)
const scraps = fc
  .array(fc.constantFrom(...'ab01()[]{}?*+|^$.\\-,:<>PdDxAziw'.split(''), '(?:', '(?i)', '[^', '{2,3}'), {
    maxLength: 14,
  })
  .map((parts) => parts.join(''))
