/** Reads a regular expression: the part of RE2's syntax that a machine without memory can match. */
import { bothCases, complement, DIGITS, EVERYTHING, edgesOf, type Ranges, SPACES, union, WORDS } from './ranges.ts'

export type Node =
  /** One character of a set, by its edges. */
  | { readonly kind: 'set'; readonly edges: readonly number[] }
  /** The beginning or the end of the text. */
  | { readonly kind: 'start' | 'end' }
  /** One after the other; none is the empty text. */
  | { readonly kind: 'all'; readonly parts: readonly Node[] }
  /** One of them. */
  | { readonly kind: 'any'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly least: number; readonly most: number }

/** Characters of an expression, at most. */
const MAX_SOURCE = 4096
/** Groups within groups, at most. */
const MAX_DEPTH = 50
/** RE2's own limit on a counted repetition. */
const MAX_COUNT = 1000

const CONTROLS: Record<string, number> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 }
const CLASSES: Record<string, Ranges> = { d: DIGITS, w: WORDS, s: SPACES }

/** @throws {SyntaxError} that says at which character something stands that is not of the subset. */
export function parse(source: string): Node {
  if (source.length > MAX_SOURCE) throw new SyntaxError(`more than ${MAX_SOURCE} characters`)
  const ignoresCase = source.startsWith('(?i)')
  const text = Array.from(source)
  let at = ignoresCase ? 4 : 0

  const refuse = (why: string, where = at): never => {
    throw new SyntaxError(`${why} at character ${where + 1}`)
  }
  const eat = (token: string) => {
    for (let index = 0; index < token.length; index++) if (text[at + index] !== token[index]) return false
    at += token.length
    return true
  }
  const next = (): string => {
    if (at === text.length) refuse('an unfinished expression')
    return text[at++] as string
  }
  const set = (ranges: Ranges): Node => ({ kind: 'set', edges: edgesOf(ignoresCase ? bothCases(ranges) : ranges) })

  function alternatives(depth: number): Node {
    if (depth > MAX_DEPTH) refuse('groups too deep')
    const parts = [sequence(depth)]
    while (eat('|')) parts.push(sequence(depth))
    return parts.length === 1 ? (parts[0] as Node) : { kind: 'any', parts }
  }

  function sequence(depth: number): Node {
    const parts: Node[] = []
    while (at < text.length && text[at] !== '|' && text[at] !== ')') parts.push(repeated(atom(depth)))
    return { kind: 'all', parts }
  }

  function repeated(part: Node): Node {
    const bounds = count()
    if (!bounds) return part
    const [least, most] = bounds
    // Whether few or many are tried first makes no difference to whether the whole matches.
    eat('?')
    const where = at
    if (count()) refuse('a repetition of a repetition', where)
    return { kind: 'repeat', part, least, most }
  }

  function count(): readonly [number, number] | undefined {
    if (eat('*')) return [0, Number.POSITIVE_INFINITY]
    if (eat('+')) return [1, Number.POSITIVE_INFINITY]
    if (eat('?')) return [0, 1]
    if (text[at] !== '{') return undefined
    const [all, few, comma, many] = /^(\d{1,4})(,(\d{1,4})?)?\}/.exec(text.slice(at + 1, at + 12).join('')) ?? []
    if (all === undefined) return refuse('"{" that counts nothing')
    const least = Number(few)
    const most = many !== undefined ? Number(many) : comma ? Number.POSITIVE_INFINITY : least
    if (least > MAX_COUNT || (most > MAX_COUNT && most !== Number.POSITIVE_INFINITY) || most < least) {
      refuse('a count out of order or over 1000')
    }
    at += all.length + 1
    return [least, most]
  }

  function atom(depth: number): Node {
    const where = at
    const character = next()
    switch (character) {
      case '(':
        return group(depth, where)
      case '[':
        return set(bracketed())
      case '.':
        return set(complement([[10, 10]]))
      case '^':
        return { kind: 'start' }
      case '$':
        return { kind: 'end' }
      case '*':
      case '+':
      case '?':
      case '{':
        return refuse('a repetition of nothing', where)
      case '\\':
        if (eat('A')) return { kind: 'start' }
        if (eat('z')) return { kind: 'end' }
        return set(escaped(where))
      default:
        return set(only(character))
    }
  }

  function group(depth: number, where: number): Node {
    if (eat('?') && !eat(':')) {
      const name = text.slice(at, at + 40).join('')
      const [opening] =
        /^P?<[A-Za-z_]\w*>/.exec(name) ?? refuse(`"(?${name.slice(0, 2)}", which is not supported,`, where)
      at += opening.length
    }
    const node = alternatives(depth + 1)
    if (!eat(')')) refuse('"(" that is not closed', where)
    return node
  }

  function escaped(where: number): Ranges {
    const letter = next()
    if (letter in CLASSES) return CLASSES[letter] as Ranges
    if (letter.toLowerCase() in CLASSES) return complement(CLASSES[letter.toLowerCase()] as Ranges)
    if (letter in CONTROLS) return [[CONTROLS[letter] as number, CONTROLS[letter] as number]]
    if (letter === 'x') return hex(where)
    if (/[0-9A-Za-z]/.test(letter)) refuse(`"\\${letter}", which is not supported,`, where)
    return only(letter)
  }

  function hex(where: number): Ranges {
    const [all, wide, narrow] =
      /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))/.exec(text.slice(at, at + 8).join('')) ??
      refuse('"\\x" without a number', where)
    const code = Number.parseInt((wide ?? narrow) as string, 16)
    if (code > EVERYTHING) refuse('no character', where)
    at += all.length
    return [[code, code]]
  }

  function bracketed(): Ranges {
    const where = at - 1
    const isNegated = eat('^')
    const found: (readonly [number, number])[] = []
    for (let isFirst = true; isFirst || text[at] !== ']'; isFirst = false) {
      const from = member(where)
      if (from.length !== 1 || from[0]?.[0] !== from[0]?.[1] || text[at] !== '-' || text[at + 1] === ']') {
        found.push(...from)
        continue
      }
      at += 1
      const to = member(where)
      const [low, high] = [from[0]?.[0] as number, to[0]?.[1] as number]
      if (to.length !== 1 || to[0]?.[0] !== high || high < low) refuse('a range that is none')
      found.push([low, high])
    }
    at += 1
    const ranges = union(ignoresCase ? bothCases(found) : found)
    return isNegated ? complement(ranges) : ranges
  }

  function member(where: number): Ranges {
    if (at >= text.length) refuse('"[" that is not closed', where)
    if (text[at] === '[' && /[:.=]/.test(text[at + 1] ?? '')) refuse('a named class, which is not supported,')
    const character = next()
    return character === '\\' ? escaped(at - 1) : only(character)
  }

  const tree = alternatives(0)
  if (at < text.length) refuse('")" that was not opened')
  return tree
}

function only(character: string): Ranges {
  const code = character.codePointAt(0) as number
  return [[code, code]]
}
