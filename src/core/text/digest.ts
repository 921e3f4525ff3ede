/** Digests: what is kept and compared in place of a secret. */

/** SHA-256 of a text in UTF-8, as 64 lower-case hex digits. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Compares to the end: how long it takes says nothing of where two texts differ. */
export function areSameDigits(one: string, other: string): boolean {
  let differing = one.length ^ other.length
  for (let index = 0; index < one.length; index++) differing |= one.charCodeAt(index) ^ other.charCodeAt(index)
  return differing === 0
}
