/** base64url without padding (RFC 4648 §5): text that may stand in a header, of any text, or of bytes. */

/** Of the text in UTF-8. */
export function toBase64url(text: string): string {
  return toBase64urlOf(new TextEncoder().encode(text))
}

export function toBase64urlOf(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** The text again; `undefined` where it is not base64url of UTF-8. */
export function fromBase64url(encoded: string): string | undefined {
  const bytes = bytesOfBase64url(encoded)
  try {
    return bytes && new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** The bytes again; `undefined` where it is not base64url. */
export function bytesOfBase64url(encoded: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]*$/.test(encoded)) return undefined
  try {
    const binary = atob(encoded.replaceAll('-', '+').replaceAll('_', '/'))
    return Uint8Array.from(binary, (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}
