/** The lines of a tap: the object is asked for news while somebody reads, and no longer. */
import { type Clock, sleep } from '../../core/time/clock.ts'
import type { OpenedTap, TapNews } from '../../durable/stats/taps.ts'
import type { Stats } from '../env.ts'
import { instant } from './views.ts'

interface TapSource {
  readonly object: Pick<Stats, 'readTap' | 'closeTap'>
  readonly opened: OpenedTap
  readonly clock: Clock
  /** May its reader see calls of this service? */
  isShown(service: string): boolean
}

/** Milliseconds between questions. Ten minutes of them are 600 subrequests, of 1,000 that an invocation may make. */
const EVERY_MS = 1_000
/** A line is sent after so long, news or not: what cannot be written shows that the reader has left. */
const SIGN_MS = 5_000

export function tapLines({ object, opened, clock, isShown }: TapSource): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const { id, until, most } = opened
  let pending: object[] | undefined = [{ kind: 'begun', until: instant(until), most }]
  let isOver = false

  /** The next lines; there is always one. */
  async function next(): Promise<object[]> {
    const silentSince = clock.now()
    while (clock.now() - silentSince < SIGN_MS) {
      await sleep(clock, EVERY_MS)
      // Beyond the object's reach nothing will come: it holds the tap in its memory alone.
      const news = await object.readTap(id).catch(() => undefined)
      isOver = news?.isOver ?? true
      const lines = linesOf(news)
      if (lines.length > 0) return lines
    }
    return [{ kind: 'waiting' }]
  }

  function linesOf(news: TapNews | undefined): object[] {
    if (!news) return [{ kind: 'over', reason: 'lost' }]
    const calls = news.calls
      .filter(({ service }) => isShown(service))
      .map(({ at, ...call }) => ({ kind: 'call', at: instant(at), ...call }))
    return [
      ...calls,
      ...(news.leftOut > 0 ? [{ kind: 'left-out', calls: news.leftOut }] : []),
      ...(news.isOver ? [{ kind: 'over', reason: 'time' }] : []),
    ]
  }

  return new ReadableStream(
    {
      async pull(controller) {
        const lines = pending ?? (await next())
        pending = undefined
        controller.enqueue(encoder.encode(lines.map((line) => `${JSON.stringify(line)}\n`).join('')))
        if (isOver) controller.close()
      },
      cancel: () => object.closeTap(id),
    },
    // Read ahead, it would be asked for by nobody.
    { highWaterMark: 0 },
  )
}
