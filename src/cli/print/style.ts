/** Colours, by what they say. */

export type Style = 'good' | 'bad' | 'warn' | 'strong' | 'quiet'

/** A text, or pieces of one, each in its colour. */
export type Styled = string | readonly (string | Piece)[]

export interface Piece {
  readonly text: string
  readonly style: Style
}

/** Select Graphic Rendition (ECMA-48): green, red, yellow, bold, faint. */
const CODES: Record<Style, number> = { good: 32, bad: 31, warn: 33, strong: 1, quiet: 2 }

/** One line: each piece escaped by itself, then coloured. */
export function rendered(text: Styled, escaping: (text: string) => string, isColoured: boolean): string {
  if (typeof text === 'string') return escaping(text)
  if (!isColoured) return escaping(text.map((piece) => (typeof piece === 'string' ? piece : piece.text)).join(''))
  return text
    .map((piece) =>
      typeof piece === 'string' ? escaping(piece) : `\u001b[${CODES[piece.style]}m${escaping(piece.text)}\u001b[0m`,
    )
    .join('')
}

/** Is a terminal coloured that somebody looks at? https://no-color.org, and the terminals that cannot. */
export function mayColour(env: Readonly<Record<string, string | undefined>>): boolean {
  return !env.NO_COLOR && env.TERM !== 'dumb'
}
