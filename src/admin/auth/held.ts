/** Does what was sent hold a token, in whatever way it is written there? It would be kept, or stand in a log. */

/** As it is, or with any of its characters percent-encoded: `+` and `/` of base64 mostly are. */
export function isInAddress(token: string, address: string): boolean {
  const decoded = address.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return address.includes(token) || decoded.includes(token)
}

/** As it is, or with any of its characters escaped as in JSON: some write `/` as `\/`. */
export function isInText(token: string, text: string): boolean {
  if (text.includes(token)) return true
  if (!text.includes('\\')) return false
  return text
    .replace(/\\(?:u([\da-f]{4})|(.))/gi, (_, hex: string | undefined, character: string) =>
      hex === undefined ? character : String.fromCharCode(Number.parseInt(hex, 16)),
    )
    .includes(token)
}
