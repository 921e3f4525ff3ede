/** Timers in the order in which they fire: by their instant, then by their setting. A binary heap. */

export interface Timers {
  /** Sets a timer; what is returned calls it off, however often it is called. */
  set(at: number, wake: () => void): () => void
  /** The instant of the first one, `Infinity` where there is none. */
  readonly nextAt: number
  /** Takes the first one out and gives its `wake`; `undefined` where there is none. */
  take(): (() => void) | undefined
  /** Timers that are neither taken nor called off. */
  readonly size: number
}

export function timers(): Timers {
  return new Heap()
}

class Timer {
  readonly at: number
  readonly order: number
  /** `undefined` once it is called off or taken. */
  wake: (() => void) | undefined

  constructor(at: number, order: number, wake: () => void) {
    this.at = at
    this.order = order
    this.wake = wake
  }
}

class Heap implements Timers {
  private readonly heap: Timer[] = []
  private settings = 0
  size = 0

  set(at: number, wake: () => void): () => void {
    const timer = new Timer(at, this.settings++, wake)
    this.size += 1
    this.rise(this.heap.push(timer) - 1, timer)
    return () => {
      if (timer.wake === undefined) return
      // It stays where it is until its turn comes: most of what is called off is due late.
      timer.wake = undefined
      this.size -= 1
    }
  }

  get nextAt(): number {
    this.drop()
    return this.heap[0]?.at ?? Number.POSITIVE_INFINITY
  }

  take(): (() => void) | undefined {
    this.drop()
    const first = this.heap[0]
    if (!first) return undefined
    const { wake } = first
    first.wake = undefined
    this.size -= 1
    return wake
  }

  /** Removes what was called off from the top. */
  private drop(): void {
    const { heap } = this
    while (heap[0] && heap[0].wake === undefined) {
      const last = heap.pop() as Timer
      if (heap.length > 0) this.sink(last)
    }
  }

  private rise(from: number, timer: Timer): void {
    const { heap } = this
    let index = from
    while (index > 0) {
      const above = (index - 1) >> 1
      const parent = heap[above] as Timer
      if (!isBefore(timer, parent)) break
      heap[index] = parent
      index = above
    }
    heap[index] = timer
  }

  /** Puts `timer` at the top, and lets it sink to its place. */
  private sink(timer: Timer): void {
    const { heap } = this
    let index = 0
    for (;;) {
      let below = 2 * index + 1
      if (below >= heap.length) break
      const right = below + 1
      if (right < heap.length && isBefore(heap[right] as Timer, heap[below] as Timer)) below = right
      const child = heap[below] as Timer
      if (!isBefore(child, timer)) break
      heap[index] = child
      index = below
    }
    heap[index] = timer
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}
