/** Reads JSON strictly. A YAML parser would also accept a trailing comma, and the mesh would then refuse the record. */

export interface JsonFault {
  readonly offset: number
  readonly what: string
}

/** Is this text JSON? The file name decides, or else how the text begins. */
export function isJson(text: string, file: string): boolean {
  if (/\.ya?ml$/.test(file)) return false
  return file.endsWith('.json') || /^\uFEFF?\s*[{[]\s*["{[\]}]/.test(text)
}

/** The value of the JSON. A byte order mark in front is ignored. */
export function parseJson(text: string): unknown {
  return JSON.parse(text.replace(/^\uFEFF/, ''))
}

/** The first syntax error and its offset. `undefined` where the JSON is valid. `JSON.parse` does not always tell the place. */
export function jsonFault(text: string): JsonFault | undefined {
  try {
    parseJson(text)
    return undefined
  } catch {
    return faultIn(text)
  }
}

const BLANK = /[\s\uFEFF]*/y
const STRING = /"(?:[^"\\\p{Cc}]+|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy
const PLAIN = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y

function faultIn(text: string): JsonFault {
  let offset = 0
  const skip = (form: RegExp) => {
    form.lastIndex = offset
    const [found = ''] = form.exec(text) ?? []
    offset += found.length
    return found !== ''
  }
  const open: string[] = []
  let last = ''
  const fault = (wanted: string): JsonFault => {
    if (offset >= text.length) return { offset, what: `ends where ${wanted} should stand` }
    const found = String.fromCodePoint(text.codePointAt(offset) ?? 0)
    if (last === ',' && '}]'.includes(found)) return { offset, what: `has a comma before the closing "${found}"` }
    return { offset, what: `has ${JSON.stringify(found)} where ${wanted} should stand` }
  }
  for (;;) {
    skip(BLANK)
    const inMap = open.at(-1) === '{'
    const isDone = last !== '' && !'{[,:'.includes(last)
    const sign = text[offset] ?? ''
    const closes = sign !== '' && ((inMap && sign === '}') || (open.at(-1) === '[' && sign === ']'))
    if (closes && last !== ',' && last !== ':') open.pop()
    else if (isDone) {
      const isKey = last === 'key'
      if (isKey ? sign !== ':' : open.length === 0 || sign !== ',') {
        return fault(isKey ? '":"' : open.length === 0 ? 'the end' : `"," or "${inMap ? '}' : ']'}"`)
      }
    } else if (inMap && last !== ':') {
      if (!skip(STRING)) return fault('a key in double quotes')
      last = 'key'
      continue
    } else if (sign === '{' || sign === '[') open.push(sign)
    else if (skip(STRING) || skip(PLAIN)) {
      last = 'value'
      continue
    } else return fault('a value')
    last = closes ? 'value' : sign
    offset += 1
  }
}
