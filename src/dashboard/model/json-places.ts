/** Where a value stands in a JSON text: what is wrong with a record is shown where it was written. */

export interface Place {
  /** Offsets in the text: from the first character to behind the last. */
  readonly from: number
  readonly to: number
}

type Path = readonly (string | number)[]

/** The place of the deepest part of the path that is there; the whole text where the text is no JSON. */
export function placeOf(text: string, path: Path): Place {
  const whole = { from: text.length - text.trimStart().length, to: text.trimEnd().length }
  try {
    return walked(text, path)
  } catch {
    return whole
  }
}

function walked(text: string, path: Path): Place {
  let at = 0
  let deepest = -1
  let best: Place = { from: 0, to: text.length }

  function space() {
    while (/\s/.test(text[at] ?? '')) at++
  }
  function take(character: string) {
    space()
    if (text[at] !== character) throw new SyntaxError(`Expected ${character} at ${at}.`)
    at++
  }
  function is(character: string): boolean {
    space()
    return text[at] === character
  }
  function string(): string {
    space()
    const from = at
    take('"')
    while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
    take('"')
    return JSON.parse(text.slice(from, at))
  }
  const inward = (depth: number, key: string | number) => (depth >= 0 && path[depth] === key ? depth + 1 : -1)

  /** @param depth how many steps of the path lead here; -1: it is off the path. */
  function value(depth: number, key?: Place): void {
    space()
    const from = at
    const isWithin = is('{') || is('[')
    if (is('{')) {
      take('{')
      while (!is('}')) {
        space()
        const keyFrom = at
        const name = string()
        const named = { from: keyFrom, to: at }
        take(':')
        value(inward(depth, name), named)
        if (!is('}')) take(',')
      }
      take('}')
    } else if (is('[')) {
      take('[')
      for (let index = 0; !is(']'); index++) {
        value(inward(depth, index))
        if (!is(']')) take(',')
      }
      take(']')
    } else if (is('"')) string()
    else {
      while (/[\w.+-]/.test(text[at] ?? '')) at++
      if (at === from) throw new SyntaxError(`Nothing at ${at}.`)
    }
    if (depth <= deepest) return
    deepest = depth
    // An object is named by its key: it may be long, and a field that is unknown was mistyped there.
    best = isWithin && key ? key : { from, to: at }
  }
  value(0)
  return best
}
