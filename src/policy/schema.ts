/** What all parts of a record's schema share. Schemas are made by functions: at module scope nothing is computed. */
import * as v from 'valibot'
import { DURATION_FORM, durationMs, isDuration } from './duration.ts'

/** A condition, with what may stand there for the message. */
export function must<Value>(test: (value: Value) => boolean, what: string) {
  return v.check(test, `Expected ${what}`)
}

/** A text that passes a test. */
export function text(test: (text: string) => boolean, what: string) {
  return v.pipe(v.string(`Expected ${what}`), must(test, what))
}

/** An object with these fields and no others. (valibot's own takes a list for one.) */
export function object<const Entries extends v.ObjectEntries>(entries: Entries, what = 'an object') {
  const schema = v.strictObject(entries, `Expected ${what}`)
  const none = v.never(`Expected ${what}`)
  return v.lazy((value) => (Array.isArray(value) ? none : schema)) as v.GenericSchema<v.InferOutput<typeof schema>>
}

/** A duration, of at least `leastMs` and at most `mostMs` milliseconds. */
export function duration(what = DURATION_FORM, leastMs = 0, mostMs = Number.POSITIVE_INFINITY) {
  const isWithin = (text: string) => isDuration(text) && durationMs(text) >= leastMs && durationMs(text) <= mostMs
  return v.pipe(v.string(`Expected ${what}`), must(isWithin, what))
}

/** A number from `least` to `most`. */
export function between(least: number, most: number, what: string, isWanted: (value: number) => boolean = () => true) {
  return v.pipe(
    v.number(`Expected ${what}`),
    must((value: number) => value >= least && value <= most && isWanted(value), what),
  )
}

/** One of these words. */
export function oneOf<const Words extends readonly string[]>(...words: Words) {
  const all = words.map((word) => `"${word}"`).join(', ')
  return v.picklist(words, `Expected ${words.length > 1 ? 'one of ' : ''}${all}`)
}

/** A list of at least `least` and at most `most`. */
export function list<Item>(item: v.GenericSchema<Item>, what: string, most: number, least = 0) {
  return v.pipe(
    v.array(item, `Expected a list of ${what}`),
    must(({ length }: Item[]) => length >= least && length <= most, `${least} to ${most} ${what}`),
  ) as v.GenericSchema<readonly Item[]>
}

/** Is everything there once? */
export function areDistinct(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length
}

/**
 * One of several objects, told apart by the word in their `type`, each with the fields of that word and no others.
 *
 * @param otherwise the type of an object that says none.
 */
export function byType(table: Readonly<Record<string, v.ObjectEntries>>, otherwise?: string): v.GenericSchema<unknown> {
  const word = oneOf(...Object.keys(table))
  const type = otherwise ? v.optional(word) : word
  return v.lazy((value) => {
    const said = (value as { type?: unknown } | undefined)?.type ?? otherwise
    if (said === undefined || Object.hasOwn(table, String(said))) return object({ type, ...table[String(said)] })
    // What else stands there depends on a word that nobody knows.
    return v.looseObject({ type })
  })
}
