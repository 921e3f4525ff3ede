/** Limits the size of a file before it is parsed: a YAML parser may take seconds, or overflow its stack, on text made to hurt it. */
import { CST, Lexer } from 'yaml'

/** The most tokens of a file: some 30,000 lines, for which a parser takes half a second. */
const MOST_TOKENS = 100_000
/** The cost of tokens that cost the parser more than a key or a value, or less. */
const TOKENS: Readonly<Record<string, number>> = {
  'doc-start': 4,
  'doc-end': 4,
  newline: 0.25,
  space: 0,
  scalar: 0,
  'doc-mode': 0,
  'flow-error-end': 0,
}
/** Tokens that the lexer adds, without text of the file. */
const WITHOUT_TEXT = new Set(['scalar', 'doc-mode', 'flow-error-end'])
/** The deepest nesting of brackets. A record or a manifest has a dozen. */
const MOST_BRACKETS = 100
/** The most anchors and aliases. For each alias the parser searches the anchor from the beginning. */
const MOST_ALIASES = 1000

export interface TooMuch {
  /** The line, from 1. */
  readonly line: number
  readonly what: string
}

/** Which limit the text exceeds, and at which line. `undefined` where it exceeds none. */
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
