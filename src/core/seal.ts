/** A seal: a mark on a text that nobody can make without its key (HMAC with SHA-256). */
import { areSameDigits } from './text/digest.ts'

export interface Seal {
  markOf(text: string): Promise<string>
  /** Was this text marked with one of the keys? */
  fits(text: string, mark: string): Promise<boolean>
}

const HMAC = { name: 'HMAC', hash: 'SHA-256' }
/** Of the 32 bytes of a mark, as many are told: RFC 2104 §5 asks for half. */
const MARK_BYTES = 16

/**
 * @param secrets of which the first marks and all fit, so that they can be changed.
 * @throws {TypeError} where there is none, or one is empty.
 * @example
 * const mesh = createMesh({ registry: kvRegistry(env.REGISTRY), env, seal: seal([env.SESSION_KEY]) })
 */
export function seal(secrets: readonly string[]): Seal {
  if (secrets.length === 0 || secrets.includes('')) throw new TypeError('A seal needs keys, none of them empty.')
  // Imported when first needed: at module scope there is no crypto. A key is a plain handle, and outlives its request.
  const keys: CryptoKey[] = []
  const bytes = (text: string) => new TextEncoder().encode(text)

  async function markBy(index: number, text: string): Promise<string> {
    keys[index] ??= await crypto.subtle.importKey('raw', bytes(secrets[index] as string), HMAC, false, ['sign'])
    const mark = await crypto.subtle.sign(HMAC, keys[index], bytes(text))
    return Array.from(new Uint8Array(mark, 0, MARK_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join('')
  }

  return {
    markOf: (text) => markBy(0, text),
    async fits(text, mark) {
      for (let index = 0; index < secrets.length; index++)
        if (areSameDigits(await markBy(index, text), mark)) return true
      return false
    },
  }
}
