/** A look at a file before it is parsed: a parser that knows the line of everything takes seconds for what is refused anyway. */

/** Rules of one list, far beyond the sixteen that may be: fewer are left to the parser, which says what is wrong with each. */
const MOST = 1000

export interface LongList {
  /** Where it begins, from 1; `undefined` of JSON, whose lines say little. */
  readonly line: number | undefined
  readonly count: number
}

/** The first list called `rules` that is longer than any route or record may have; `undefined` where none is seen. */
export function longRules(text: string): LongList | undefined {
  return /^\s*[[{]/.test(text) ? longInJson(text) : longInBlocks(text)
}

function longInJson(text: string): LongList | undefined {
  let found: LongList | undefined
  try {
    JSON.parse(text, (key, value: unknown) => {
      if (key === 'rules' && Array.isArray(value) && value.length > MOST)
        found ??= { line: undefined, count: value.length }
      return value
    })
  } catch {
    // The parser says what is wrong, and where.
  }
  return found
}

/** In block style: the items of a list stand beneath its key, a dash each, all as far in. */
function longInBlocks(text: string): LongList | undefined {
  let list = listAt(0, NOWHERE)
  let line = 0
  for (const [, { length: indent } = '', rest = ''] of text.replaceAll('\r\n', '\n').matchAll(/^( *)(.*)$/gm)) {
    line += 1
    if (rest === '' || rest.startsWith('#')) continue
    const isItem = rest.startsWith('- ')
    if (isItem && list.count === 0 && indent >= list.indent) list.itemIndent = indent
    if (isItem && indent === list.itemIndent) list.count += 1
    else if (indent <= list.indent) {
      if (list.count > MOST) return list
      const isKey = /^(?:- )?rules: *(?:#.*)?$/.test(rest)
      list = listAt(line, isKey ? indent + (isItem ? 2 : 0) : NOWHERE)
    }
  }
  return list.count > MOST ? list : undefined
}

const NOWHERE = Number.POSITIVE_INFINITY

function listAt(line: number, indent: number) {
  return { line, indent, itemIndent: NOWHERE, count: 0 }
}
