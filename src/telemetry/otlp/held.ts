/** What waits to be exported, within so many bytes: spans of traces that are kept, spans of which that is not known yet, lines of the log. */
import { lru } from '../../core/lru.ts'
import type { LogLine } from '../log.ts'
import type { Noted } from './noted.ts'

/** Spans of a trace that is exported only if it fails: kept until its root has ended. */
interface Undecided {
  readonly at: number
  readonly spans: Noted[]
}

export interface Counts {
  /** Spans, and lines of the log, that a collector took. */
  exported: number
  /** Spans, and lines of the log, for which there was no room, or that no collector took. */
  dropped: number
}

export interface Held {
  readonly counts: Counts
  /** Bytes held, estimated from above. */
  readonly bytes: number
  /** Spans and lines that may be sent. */
  readonly waiting: number
  /** @param isRoot is it the last one of its trace here? */
  add(noted: Noted, isRoot: boolean, now: number): void
  line(line: LogLine): void
  /** Takes what is sent next, which is held on until it was. */
  take(): Batch | undefined
}

/** Spans; or lines of the log, where no spans wait. */
export interface Batch {
  readonly spans: readonly Noted[]
  readonly lines: readonly LogLine[]
  /** They are held no more. @param lost so many of them were not taken. */
  settle(lost: number): void
  /** They are sent again. */
  giveBack(): void
}

/** Spans, or lines, of one request to the collector: as many as OpenTelemetry's BatchSpanProcessor takes. */
const BATCH = 512
/** Bytes of one, as they are estimated: text is made of them while they are held. */
const BATCH_BYTES = 600_000
/** Milliseconds until a trace is decided whose root did not end. */
const UNDECIDED_MS = 60_000
/** Traces whose decision is remembered, for the spans that come after their root. */
const DECISIONS = 500

const isSampled = ({ span }: Noted) => (span.flags & 1) === 1

/** @param maxBytes more than this is never held. */
export function held(maxBytes: number): Held {
  const counts: Counts = { exported: 0, dropped: 0 }
  const undecided = new Map<string, Undecided>()
  const kept = lru<string, true>(DECISIONS)
  let queue: Noted[] = []
  let lines: LogLine[] = []
  let bytes = 0

  function add(noted: Noted, isRoot: boolean, now: number): void {
    const { traceId } = noted.span
    forgetBefore(now - UNDECIDED_MS)
    if (!makeRoom(noted.bytes)) {
      counts.dropped += 1
      if (isRoot) decide(traceId)
      return
    }
    bytes += noted.bytes
    if (isSampled(noted) || kept.get(traceId)) {
      queue.push(noted)
      return
    }
    const group = undecided.get(traceId) ?? { at: now, spans: [] }
    group.spans.push(noted)
    undecided.set(traceId, group)
    if (isRoot) decide(traceId)
  }

  /** A trace that is not sampled is exported for its failures alone. */
  function decide(traceId: string): void {
    const spans = undecided.get(traceId)?.spans ?? []
    undecided.delete(traceId)
    if (spans.some(({ isFailure }) => isFailure)) {
      kept.set(traceId, true)
      queue.push(...spans)
    } else release(spans)
  }

  function forgetBefore(at: number): void {
    for (const [traceId, group] of undecided) {
      if (group.at >= at) return
      decide(traceId)
    }
  }

  /** What nobody may ask for makes room first: the oldest of what is undecided. */
  function makeRoom(more: number): boolean {
    for (const traceId of undecided.keys()) {
      if (bytes + more <= maxBytes) break
      decide(traceId)
    }
    return bytes + more <= maxBytes
  }

  function release(spans: readonly Noted[], written: readonly LogLine[] = []): void {
    for (const noted of spans) bytes -= noted.bytes
    for (const line of written) bytes -= bytesOf(line)
  }

  return {
    counts,
    add,
    get bytes() {
      return bytes
    },
    get waiting() {
      return queue.length + lines.length
    },
    line(line) {
      const size = bytesOf(line)
      if (!makeRoom(size)) {
        counts.dropped += 1
        return
      }
      bytes += size
      lines.push(line)
    },
    take() {
      if (queue.length + lines.length === 0) return undefined
      let size = 0
      const end = queue.findIndex((noted, index) => {
        size += noted.bytes
        return index === BATCH || (index > 0 && size > BATCH_BYTES)
      })
      const spans = queue.splice(0, end === -1 ? queue.length : end)
      const written = spans.length > 0 ? [] : lines.splice(0, BATCH)
      return {
        spans,
        lines: written,
        settle(lost) {
          release(spans, written)
          counts.exported += spans.length + written.length - lost
          counts.dropped += lost
        },
        giveBack() {
          queue = [...spans, ...queue]
          lines = [...written, ...lines]
        },
      }
    },
  }
}

function bytesOf({ message, stack, ...line }: LogLine): number {
  return 600 + 2 * ((message?.length ?? 0) + (stack?.length ?? 0) + (line.names?.join().length ?? 0))
}
