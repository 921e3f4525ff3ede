/** A check before parsing: a parser that keeps the line of every field would take seconds for a file that is refused anyway. */

/** The most rules of one list that are parsed, far above the limit of 16. Shorter lists are parsed, so that each error is reported. */
const MOST = 1000

export interface LongList {
  /** The line where it begins, from 1. `undefined` for JSON, which is often a single line. */
  readonly line: number | undefined
  readonly count: number
}

/** The first list `rules` that is longer than {@link MOST}. `undefined` where there is none. */
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
    // The parser reports the error, with its line.
  }
  return found
}

/** Block style: the items of a list stand below its key, each with a dash, all at the same indent. */
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
