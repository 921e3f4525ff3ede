/** Is a digest one that can be kept? Whoever has the binding tells it: a Worker of another version, or one that is broken. */
import type { Digest } from '../../telemetry/digest.ts'
import { MOST_SERIES } from '../../telemetry/numbers/numbers.ts'

/** Of one digest: as many as an isolate tells (`numbers.ts`, `shapes/recorder.ts`), with room for `(other)`. */
const MOST_ENTRIES = 2 * MOST_SERIES
const MOST_SHAPES = 1_000
/** Characters of an isolate's name, of a label, and of a text of a shape, at most; the shapes themselves have a bound of their own. */
const MOST_ISOLATE = 64
const MOST_LABEL = 2_048
const MOST_TEXT = 65_536
/** Numbers of a list: a histogram has 1,523 buckets (`exponential-histogram.ts`), each with its count. */
const MOST_NUMBERS = 4_096

type Is = (value: unknown) => boolean

export function isSound({ isolate, sequence, shapes, numbers }: Digest): boolean {
  return (
    isIsolate(isolate) &&
    isInteger(sequence) &&
    sequence >= 1 &&
    (shapes === undefined || isSample(shapes)) &&
    (numbers === undefined || isNumbers(numbers))
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
    }),
  ),
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
      caller: (caller) => caller === undefined || isLabel(caller),
      class: isLabel,
      isCut: (isCut) => isCut === undefined || typeof isCut === 'boolean',
    }),
    MOST_SHAPES,
  ),
})

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
