/** What a file weighs, before it is parsed: a parser of YAML may take seconds, or all of its stack, for what nobody writes. */
import { CST, Lexer } from 'yaml'

/** Keys, values and punctuation of a file, at most: some 30,000 lines, which a parser takes half a second for. */
const MOST_TOKENS = 100_000
/** What costs the parser more than a key or a value does, or less. */
const TOKENS: Readonly<Record<string, number>> = {
  'doc-start': 4,
  'doc-end': 4,
  newline: 0.25,
  space: 0,
  scalar: 0,
  'doc-mode': 0,
  'flow-error-end': 0,
}
/** Signs of the lexer's own. */
const WITHOUT_TEXT = new Set(['scalar', 'doc-mode', 'flow-error-end'])
/** Brackets within brackets, at most: a record or a manifest has a dozen. */
const MOST_BRACKETS = 100
/** Anchors and aliases, at most: the parser looks for the anchor of each alias from the beginning. */
const MOST_ALIASES = 1000

export interface TooMuch {
  /** From 1. */
  readonly line: number
  readonly what: string
}

/** What there is too much of in a text, and where that shows; `undefined` of most. */
export function tooMuch(text: string): TooMuch | undefined {
  let offset = 0
  let tokens = 0
  let brackets = 0
  let aliases = 0
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token) ?? 'text'
    tokens += TOKENS[type] ?? 1
    if (type === 'flow-seq-start' || type === 'flow-map-start') brackets += 1
    else if (type === 'flow-seq-end' || type === 'flow-map-end') brackets -= 1
    else if (type === 'anchor' || type === 'alias') aliases += 1
    const what =
      brackets > MOST_BRACKETS
        ? `more than ${MOST_BRACKETS} brackets within each other`
        : aliases > MOST_ALIASES
          ? `more than ${MOST_ALIASES} anchors and aliases`
          : tokens > MOST_TOKENS && 'too many keys, values and lines for one file; split it'
    if (what) return { line: text.slice(0, offset).split('\n').length, what }
    if (!WITHOUT_TEXT.has(type)) offset += token.length
  }
  return undefined
}
