/** Chance, let in from outside: the same seed gives the same numbers. */

export interface Random {
  /** A number from 0 up to but not including 1. */
  next(): number
  /** `bytes` random bytes as lower-case hex, never all zero. */
  hex(bytes: number): string
}

const POOL_BYTES = 4096

/** The platform's randomness. Ids come from a pool, filled when first asked for: at module scope there is no crypto. */
export function systemRandom(): Random {
  const hex = hexTable()
  const pool = new Uint8Array(POOL_BYTES)
  let used = POOL_BYTES
  const byte = () => {
    if (used === POOL_BYTES) {
      crypto.getRandomValues(pool)
      used = 0
    }
    return pool[used++] as number
  }
  return { next: () => Math.random(), hex: (bytes) => hexOf(bytes, byte, hex) }
}

/** Numbers that follow from a seed alone (mulberry32: 32 bits of state, enough for tests and simulation). */
export function seeded(seed: number): Random {
  const hex = hexTable()
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return { next, hex: (bytes) => hexOf(bytes, () => Math.floor(next() * 256), hex) }
}

function hexOf(bytes: number, byte: () => number, hex: readonly string[]): string {
  let text = ''
  let sum = 0
  for (let index = 0; index < bytes; index++) {
    const value = byte()
    sum |= value
    text += hex[value]
  }
  // W3C Trace Context forbids ids of zeros alone.
  return sum === 0 ? hexOf(bytes, byte, hex) : text
}

/** The two digits of each byte. */
function hexTable(): string[] {
  return Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
}
