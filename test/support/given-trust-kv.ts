/** The KV namespace TRUST, in memory. */
import type { KeyNamespace } from '../../src/durable/key-book.ts'

export interface TrustKv extends KeyNamespace {
  readonly written: Map<string, string>
  /** What is done by it fails, though it may have been done. */
  fails: 'nothing' | 'before' | 'after'
}

export function givenTrustKv(keys?: object): TrustKv {
  const written = new Map<string, string>(keys ? [['keys', JSON.stringify(keys)]] : [])
  const kv: TrustKv = {
    written,
    fails: 'nothing',
    async get(key) {
      if (kv.fails !== 'nothing') throw new Error('KV GET failed: 503')
      return written.get(key) ?? null
    },
    async put(key, value) {
      if (kv.fails !== 'before') written.set(key, value)
      if (kv.fails !== 'nothing') throw new Error('KV PUT failed: 503')
    },
  }
  return kv
}
