/** Where public keys stand as text: in KV, or at the address where another mesh serves them. */
import { wholeBody } from '../../targets/whole.ts'

/** What is needed of a KV namespace. */
export interface TrustStore {
  get(key: string, options: { type: 'text'; cacheTtl: number }): Promise<string | null>
}

/** The key of the set in the namespace `TRUST`. */
export const KEYS_KEY = 'keys'
/** The platform's least, in seconds: of what the rotation of keys waits for, it is a part (docs/trust.md). */
const CACHE_S = 30
/** Bytes of a set, at most. */
const MAX_BYTES = 65_536

export interface KeyText {
  /** For messages. */
  readonly what: string
  read(): Promise<{ readonly text: string }>
}

export function keyText(
  source: string,
  store: TrustStore | undefined,
  fetch: typeof globalThis.fetch,
  mostBytes = MAX_BYTES,
): KeyText {
  if (source === 'kv') {
    return {
      what: `TRUST/${KEYS_KEY}`,
      async read() {
        const text = await store?.get(KEYS_KEY, { type: 'text', cacheTtl: CACHE_S })
        if (text == null) throw new Error(`there is nothing under "${KEYS_KEY}"`)
        return { text }
      },
    }
  }
  return { what: source, read: async () => ({ text: await fetched(source, fetch, mostBytes) }) }
}

/** @throws {Error} that says why there are none. */
export async function fetched(url: string, fetch: typeof globalThis.fetch, mostBytes = MAX_BYTES): Promise<string> {
  // Never where an answer points: the keys would be those of whoever answers there.
  const response = await fetch(url, {
    redirect: 'manual',
    headers: { accept: 'application/jwk-set+json, application/json' },
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`it answered ${response.status}`)
  }
  const bytes = await wholeBody(response.body, mostBytes)
  if (!bytes) throw new Error(`it answered more than ${mostBytes} bytes`)
  return new TextDecoder().decode(bytes)
}
