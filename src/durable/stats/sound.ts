/** Is a digest one that can be kept? Whoever has the binding tells it: a Worker of another version, or one that is broken. */
import type { Digest } from '../../telemetry/digest.ts'
import { MOST_SERIES } from '../../telemetry/numbers/numbers.ts'

/** Of one digest: as many as an isolate tells (`numbers.ts`, `shapes/recorder.ts`), with room for `(other)`. */
const MOST_ENTRIES = 2 * MOST_SERIES
const MOST_SHAPES = 1_000
/** Endpoints that an isolate leaves alone (`mesh/learned.ts`), with room. */
const MOST_EJECTED = 200
/** Taps, calls of one and attempts of a call, and characters of a masked path (`tapping.ts`). */
const MOST_TAPS = 8
const MOST_CALLS = 500
const MOST_ATTEMPTS = 20
const MOST_PATH = 4_096
/** Characters of an isolate's name, of a label, and of a text of a shape, at most; the shapes themselves have a bound of their own. */
const MOST_ISOLATE = 64
const MOST_LABEL = 2_048
const MOST_TEXT = 65_536
/** Numbers of a list: a histogram has 1,523 buckets (`exponential-histogram.ts`), each with its count. */
const MOST_NUMBERS = 4_096

type Is = (value: unknown) => boolean

export function isSound({ isolate, sequence, shapes, numbers, served, learned, taps }: Digest): boolean {
  return (
    isIsolate(isolate) &&
    isInteger(sequence) &&
    sequence >= 1 &&
    (shapes === undefined || isSample(shapes)) &&
    (numbers === undefined || isNumbers(numbers)) &&
    (served === undefined || isNumbers(served)) &&
    (learned === undefined || isLearned(learned)) &&
    (taps === undefined || isTaps(taps))
  )
}

const isCount: Is = (value) => typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY
const isInteger: Is = (value) => Number.isSafeInteger(value)
const isIsolate = textUpTo(MOST_ISOLATE)
const isLabel = textUpTo(MOST_LABEL)
const isText = textUpTo(MOST_TEXT)
const isTexts = listOf(isText, MOST_NUMBERS)
const isEnds = listOf(isCount, MOST_NUMBERS)
const isCounts = recordOf(isCount)

const isHistogram = objectOf({ zeros: isCount, sum: isCount, buckets: listOf(isInteger, MOST_NUMBERS) })
const isEndpoint = objectOf({ ends: isEnds, ms: isHistogram })
const isNumbers = objectOf({
  services: recordOf(
    objectOf({
      ends: isEnds,
      ms: isHistogram,
      attempts: isCount,
      retries: isCount,
      hedged: isCount,
      callers: recordOf(isEnds),
      rules: recordOf(isEnds),
      endpoints: recordOf(isEndpoint),
      errors: isCounts,
      refused: isCounts,
      slowest: maybe(objectOf({ ms: isCount, traceId: isLabel })),
      access: maybe(recordOf(isEnds)),
      unclaimed: maybe(isCounts),
      deliveries: maybe(recordOf(isEnds)),
      lag: maybe(isHistogram),
    }),
  ),
  queues: maybe(recordOf(objectOf({ backlog: isCount, oldestMs: isCount }))),
})

const isLearned = objectOf({
  ejected: maybe(
    listOf(
      objectOf({ service: isLabel, endpoint: isLabel, because: isLabel, sinceMs: isCount, forMs: isCount }),
      MOST_EJECTED,
    ),
  ),
  budgets: recordOf(isCount),
})

const isSample = objectOf({
  share: isCount,
  drawn: isCount,
  shapes: listOf(
    objectOf({
      service: isLabel,
      method: isLabel,
      path: isText,
      headers: isTexts,
      queries: isTexts,
      values: recordOf(isText),
      caller: maybe(isLabel),
      class: isLabel,
      isCut: maybe((isCut) => typeof isCut === 'boolean'),
    }),
    MOST_SHAPES,
  ),
})

const isTaps = listOf(
  objectOf({
    id: isLabel,
    leftOut: isCount,
    calls: listOf(
      objectOf({
        at: isInstant,
        service: isLabel,
        caller: maybe(isLabel),
        method: isLabel,
        path: textUpTo(MOST_PATH),
        status: maybe(isCount),
        outcome: isLabel,
        tookMs: isCount,
        attempts: listOf(objectOf({ endpoint: isLabel, outcome: maybe(isLabel), tookMs: isCount }), MOST_ATTEMPTS),
        rule: maybe(isLabel),
        error: maybe(isLabel),
        traceId: maybe(isLabel),
      }),
      MOST_CALLS,
    ),
  }),
  MOST_TAPS,
)

/** What a `Date` can hold (ECMA-262, 21.4.1.1). */
function isInstant(value: unknown): boolean {
  return isCount(value) && (value as number) <= 8.64e15
}

function maybe(isOne: Is): Is {
  return (value) => value === undefined || isOne(value)
}

function textUpTo(most: number): Is {
  return (value) => typeof value === 'string' && value.length <= most
}

function listOf(isOne: Is, most: number): Is {
  return (value) => Array.isArray(value) && value.length <= most && value.every(isOne)
}

function recordOf(isOne: Is): Is {
  return (value) => {
    if (typeof value !== 'object' || value === null) return false
    const entries = Object.entries(value)
    return entries.length <= MOST_ENTRIES && entries.every(([key, one]) => isLabel(key) && isOne(one))
  }
}

function objectOf(fields: Readonly<Record<string, Is>>): Is {
  return (value) => {
    if (typeof value !== 'object' || value === null) return false
    const said = value as Readonly<Record<string, unknown>>
    return Object.entries(fields).every(([name, is]) => is(said[name]))
  }
}
