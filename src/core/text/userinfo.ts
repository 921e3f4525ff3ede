/** Name and password of an address (`https://admin:pw@host`), kept out of every text that somebody may read. */

/** How much of a text is looked through, and kept: what is asked of a mesh may be long, and made to be slow to look through. */
const LOOKED_AT = 4096

/**
 * The text, cut at 4096 characters, with `***` in place of what stands before the `@` of an address. An `@` behind a host, or
 * a host with its port, is one of the path.
 */
export function withoutUserinfo(text: string): string {
  return text.slice(0, LOOKED_AT).replace(/\/\/(?![^\s"/?#@:]*(?::\d*)?[/?#])[^\s"]*@/g, '//***@')
}

/**
 * The same for a value as JSON, cut at 1024: nobody knows what it was meant to be, so that less is asked of what looks like one.
 * The query of an address goes, too: clouds hand out addresses whose key stands there (`?code=…`).
 */
export function withoutUserinfoIn(json: string): string {
  return json
    .slice(0, LOOKED_AT / 4)
    .replace(/(:|\/\/)(?:[^"\\]|\\.)*@/g, '$1***@')
    .replace(/(\/\/[^"?]*\?)[^"]+/g, '$1***')
}
