/** JSON values one after the other, as `kubectl` and `jq` write them. YAML would need a `---` between them. */

/** One JSON value of the text. */
export interface Piece {
  readonly text: string
  /** The number of lines before it. */
  readonly linesBefore: number
}

/** The objects of a text that holds several objects and nothing else. Otherwise the whole text. */
export function piecesOf(text: string): readonly Piece[] {
  const whole = [{ text, linesBefore: 0 }]
  if (!/^\s*\{/.test(text)) return whole
  const pieces: Piece[] = []
  let depth = 0
  let isText = false
  let line = 0
  let start = { at: 0, line: 0 }
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string
    if (character === '\n') line += 1
    if (isText) {
      if (character === '\\') at += 1
      else if (character === '"') isText = false
    } else if (character === '{' || character === '[') {
      if (depth === 0) start = { at, line }
      depth += 1
    } else if (character === '}' || character === ']') {
      depth -= 1
      if (depth === 0) pieces.push({ text: text.slice(start.at, at + 1), linesBefore: start.line })
    } else if (depth === 0 && !/\s/.test(character)) return whole
    else if (character === '"') isText = true
  }
  return depth === 0 && pieces.length > 1 ? pieces : whole
}
