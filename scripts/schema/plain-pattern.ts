/** Regular expressions as JSON Schema has them: without flags. */

/** The source of an expression; of one that ignores case, with both cases of every letter spelled out. */
export function plainPattern({ source, flags }: RegExp): string {
  if (flags === '') return source
  if (flags !== 'i') throw new TypeError(`/${source}/${flags}: of all flags "i" alone can be spelled out.`)
  let isClass = false
  return source.replace(/\\.|\(\?[:=!]|[A-Za-z](?:-[A-Za-z])?|[[\]]/g, (token) => {
    if (token === '[') isClass = true
    if (token === ']') isClass = false
    if (!/^[A-Za-z]/.test(token)) return token
    if (isClass) return token.toUpperCase() + token.toLowerCase()
    return token.replace(/[A-Za-z]/g, (letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`)
  })
}
