/** Chance, let in from outside: the same seed gives the same numbers. */

export interface Random {
  /** A number from 0 up to but not including 1. */
  next(): number
  /** `bytes` random bytes as lower-case hex, never all zero. */
  hex(bytes: number): string
  /** Where somebody wants to know what chance gave, `next` notes it here. For as long as nothing is waited for. */
  heard?: number[] | undefined
}

/** What `draw` gives, and what chance gave it. */
export function hearing<Of>(random: Random, draw: () => Of): { readonly given: Of; readonly draws: readonly number[] } {
  const draws: number[] = []
  random.heard = draws
  try {
    return { given: draw(), draws }
  } finally {
    random.heard = undefined
  }
}

/** Notes a draw, where somebody wants to know. */
export function heard(random: Random, draw: number): number {
  random.heard?.push(draw)
  return draw
}

/** The first pool: some ten ids, since an isolate may live for a call or two. Each further one is twice as large, up to the largest. */
const FIRST_BYTES = 256
const MOST_BYTES = 4096

/** The platform's randomness. Ids come from a pool, filled when first asked for: at module scope there is no crypto. */
export function systemRandom(): Random {
  const hex = hexTable()
  // One long text of which each id is a slice: to put an id together digit by digit costs ten times as much.
  let pool = ''
  let used = 0
  let size = FIRST_BYTES
  const digits = (count: number) => {
    if (used + count > pool.length) {
      size = Math.min(2 * size, MOST_BYTES)
      const bytes: Uint8Array & { toHex?(): string } = crypto.getRandomValues(new Uint8Array(size))
      // The platform's own where it has it: Workers do, Node 22 does not.
      pool = bytes.toHex?.() ?? Array.from(bytes, (byte) => hex[byte]).join('')
      used = 0
    }
    used += count
    return pool.slice(used - count, used)
  }
  const random: Random = {
    next: () => heard(random, Math.random()),
    hex: (bytes) => notZero(() => digits(bytes * 2)),
    heard: undefined,
  }
  return random
}

/** Numbers that follow from a seed alone (mulberry32: 32 bits of state, enough for tests and simulation). */
export function seeded(seed: number): Random {
  const hex = hexTable()
  let state = seed >>> 0
  const draw = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const digits = (bytes: number) => {
    let text = ''
    for (let count = 0; count < bytes; count++) text += hex[Math.floor(draw() * 256)]
    return text
  }
  const random: Random = {
    next: () => heard(random, draw()),
    hex: (bytes) => notZero(() => digits(bytes)),
    heard: undefined,
  }
  return random
}

const ZERO = '0'.charCodeAt(0)

/** W3C Trace Context forbids ids of zeros alone. */
function notZero(draw: () => string): string {
  const id = draw()
  return id.charCodeAt(0) !== ZERO || /[^0]/.test(id) ? id : notZero(draw)
}

/** The two digits of each byte. */
function hexTable(): string[] {
  return Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
}
