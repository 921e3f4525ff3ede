/** A map that forgets what was not asked for lately. */

export interface Lru<Key, Value> {
  get(key: Key): Value | undefined
  set(key: Key, value: Value): void
  delete(key: Key): void
  /** All of them, in no order; nothing counts as asked for. */
  values(): Iterable<Value>
  readonly size: number
}

/**
 * Two generations of half the capacity each: what is asked for moves into the young one, and when that is full the old
 * one is dropped whole. It keeps the `capacity / 2` entries used last, never more than `capacity`, and a hit in the
 * young generation costs one lookup.
 */
export function lru<Key, Value>(capacity: number): Lru<Key, Value> {
  const half = Math.max(1, Math.floor(capacity / 2))
  let young = new Map<Key, Value>()
  let old = new Map<Key, Value>()

  function put(key: Key, value: Value): void {
    young.set(key, value)
    if (young.size >= half) {
      old = young
      young = new Map()
    }
  }

  return {
    get(key) {
      const value = young.get(key)
      if (value !== undefined) return value
      const older = old.get(key)
      if (older !== undefined) {
        old.delete(key)
        put(key, older)
      }
      return older
    },
    set(key, value) {
      old.delete(key)
      if (young.has(key)) young.set(key, value)
      else put(key, value)
    },
    delete(key) {
      young.delete(key)
      old.delete(key)
    },
    *values() {
      yield* old.values()
      yield* young.values()
    },
    get size() {
      return young.size + old.size
    },
  }
}
