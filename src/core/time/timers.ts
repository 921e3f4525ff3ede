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
  readonly wake: () => void
  /** Its place in the heap; `GONE` once it is called off or taken. */
  index: number

  constructor(at: number, order: number, index: number, wake: () => void) {
    this.at = at
    this.order = order
    this.index = index
    this.wake = wake
  }
}

const GONE = -1

class Heap implements Timers {
  private readonly heap: Timer[] = []
  private settings = 0

  get size(): number {
    return this.heap.length
  }

  get nextAt(): number {
    return this.heap.length === 0 ? Number.POSITIVE_INFINITY : (this.heap[0] as Timer).at
  }

  set(at: number, wake: () => void): () => void {
    const index = this.heap.length
    const timer = new Timer(at, this.settings++, index, wake)
    this.heap.push(timer)
    this.rise(timer, index)
    return () => {
      // At once: deadlines are mostly called off long before they are due, and would be most of what there is.
      if (timer.index !== GONE) this.remove(timer)
    }
  }

  take(): (() => void) | undefined {
    const first = this.heap[0]
    if (!first) return undefined
    this.remove(first)
    return first.wake
  }

  /** The last one takes its place, and goes from there to its own. */
  private remove(timer: Timer): void {
    const { index } = timer
    const last = this.heap.pop() as Timer
    timer.index = GONE
    if (last === timer) return
    this.rise(last, index)
    if (last.index === index) this.sink(last, index)
  }

  /** Puts `timer` at `from`, and lets it rise from there. */
  private rise(timer: Timer, from: number): void {
    const { heap } = this
    let index = from
    while (index > 0) {
      const above = (index - 1) >> 1
      const parent = heap[above] as Timer
      if (!isBefore(timer, parent)) break
      place(heap, parent, index)
      index = above
    }
    place(heap, timer, index)
  }

  /** Puts `timer` at `from`, and lets it sink from there. */
  private sink(timer: Timer, from: number): void {
    const { heap } = this
    let index = from
    for (;;) {
      let below = 2 * index + 1
      if (below >= heap.length) break
      const right = below + 1
      if (right < heap.length && isBefore(heap[right] as Timer, heap[below] as Timer)) below = right
      const child = heap[below] as Timer
      if (!isBefore(child, timer)) break
      place(heap, child, index)
      index = below
    }
    place(heap, timer, index)
  }
}

function place(heap: Timer[], timer: Timer, index: number): void {
  heap[index] = timer
  timer.index = index
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}
