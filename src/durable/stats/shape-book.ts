/** Shapes of requests, each with how many requests it stands for, by ten minutes; the oldest go first. */
import { type Sample, type Shape, weightOf } from '../../telemetry/shape/shape.ts'
import type { Store } from '../store.ts'

export const SLOT_MS = 600_000
/** How long a shape is kept. */
export const KEEP_MS = 24 * 3_600_000

export interface Caps {
  /** Rows: distinct shapes, by ten minutes. */
  readonly rows: number
  /** Bytes of their text. */
  readonly bytes: number
}

export const CAPS: Caps = { rows: 20_000, bytes: 16 * 1024 * 1024 }
/** Bytes of one shape, at most: what the mesh records has 8 KB or so. */
const SHAPE_BYTES = 16_384

/** A shape, and how often it was seen. */
export interface Counted {
  readonly shape: Shape
  /** How many requests it stands for. */
  readonly requests: number
  /** How often it was recorded. */
  readonly samples: number
  /** Milliseconds since the Unix epoch, by the object's clock. */
  readonly lastAt: number
}

export interface ShapePage {
  readonly items: readonly Counted[]
  /** Where the next page begins; `undefined` where this is the last. */
  readonly cursor?: string | undefined
}

export interface ShapeBook {
  take(sample: Sample, now: number): void
  /** Writes what was taken since the last time, and lets go of what is too old or too much. Within a transaction. */
  flush(now: number): void
  /** Shapes seen at `since` or later (to ten minutes), in the order of their text. */
  page(since: number, after: string, limit: number): ShapePage
  /** When the oldest ten minutes begin that it has; `undefined` where it has none. */
  oldestAt(): number | undefined
  /** Shapes that wait to be written. */
  readonly waiting: number
}

interface Pending {
  readonly text: string
  readonly slot: number
  readonly service: string
  requests: number
  samples: number
  lastAt: number
}

type Row = { shape: string; requests: number; samples: number; lastAt: number }

export function shapeBook({ sql }: Store, { rows: mostRows, bytes: mostBytes }: Caps = CAPS): ShapeBook {
  const pending = new Map<string, Pending>()
  let held: { rows: number; bytes: number } | undefined

  /** Counted once in an object's life, and kept up from there. */
  function count(): { rows: number; bytes: number } {
    held ??= sql
      .exec<{ rows: number; bytes: number }>('SELECT COUNT(*) AS rows, COALESCE(SUM(bytes), 0) AS bytes FROM shapes')
      .toArray()[0] ?? { rows: 0, bytes: 0 }
    return held
  }

  function write({ text, slot, service, requests, samples, lastAt }: Pending): void {
    const [row] = sql
      .exec<{ samples: number }>(
        `INSERT INTO shapes (shape, slot, service, requests, samples, bytes, lastAt) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (shape, slot) DO UPDATE SET requests = requests + excluded.requests,
           samples = samples + excluded.samples, lastAt = MAX(lastAt, excluded.lastAt) RETURNING samples`,
        text,
        slot,
        service,
        requests,
        samples,
        text.length,
        lastAt,
      )
      .toArray()
    if (row?.samples !== samples) return
    const held = count()
    held.rows += 1
    held.bytes += text.length
  }

  function remove(where: string, ...bindings: number[]): void {
    const held = count()
    for (const { bytes } of sql.exec<{ bytes: number }>(
      `DELETE FROM shapes WHERE ${where} RETURNING bytes`,
      ...bindings,
    )) {
      held.rows -= 1
      held.bytes -= bytes
    }
  }

  return {
    take(sample, now) {
      const slot = Math.floor(now / SLOT_MS)
      const weight = weightOf(sample)
      if (!(weight >= 1 && weight < Number.POSITIVE_INFINITY)) return
      for (const shape of sample.shapes) {
        const text = textOf(shape)
        if (text.length > SHAPE_BYTES) continue
        const key = `${slot} ${text}`
        const known = pending.get(key) ?? { text, slot, service: shape.service, requests: 0, samples: 0, lastAt: now }
        known.requests += weight
        known.samples += 1
        known.lastAt = now
        pending.set(key, known)
      }
    },
    flush(now) {
      count()
      for (const one of pending.values()) write(one)
      pending.clear()
      remove('slot < ?', Math.floor((now - KEEP_MS) / SLOT_MS))
      for (let held = count(); held.rows > mostRows || held.bytes > mostBytes; held = count()) {
        const many = Math.max(held.rows - mostRows, Math.ceil(held.rows / 100), 1)
        remove('(shape, slot) IN (SELECT shape, slot FROM shapes ORDER BY slot, lastAt LIMIT ?)', many)
      }
    },
    page(since, after, limit) {
      const found = sql
        .exec<Row>(
          `SELECT shape, SUM(requests) AS requests, SUM(samples) AS samples, MAX(lastAt) AS lastAt FROM shapes
           WHERE slot >= ? AND shape > ? GROUP BY shape ORDER BY shape LIMIT ?`,
          Math.floor(since / SLOT_MS),
          after,
          limit + 1,
        )
        .toArray()
      const items = found.slice(0, limit).map(({ shape, ...rest }) => ({ shape: JSON.parse(shape) as Shape, ...rest }))
      return { items, cursor: found.length > limit ? found[limit - 1]?.shape : undefined }
    },
    oldestAt() {
      const slot = sql.exec<{ slot: number | null }>('SELECT MIN(slot) AS slot FROM shapes').toArray()[0]?.slot
      return slot == null ? undefined : slot * SLOT_MS
    },
    get waiting() {
      return pending.size
    },
  }
}

/** One text for equal shapes, whatever the order in which they came. */
function textOf({ service, method, path, headers, queries, values, caller, class: priority, isCut }: Shape): string {
  const sorted = Object.fromEntries(Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1)))
  return JSON.stringify({ service, method, path, headers, queries, values: sorted, caller, class: priority, isCut })
}
