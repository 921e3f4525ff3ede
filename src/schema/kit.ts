/** What all parts of a record's schema share. Schemas are made by functions: at module scope nothing is computed. */
import * as v from 'valibot'
import { DURATION, DURATION_FORM, durationMs, isDuration } from './duration.ts'

/**
 * A condition, with what may stand there for the message.
 *
 * @param says the same in the words of JSON Schema, where they are short: scripts/schema/ has the others.
 */
export function must<Value>(test: (value: Value) => boolean, what: string, says?: object) {
  return { ...v.check(test, `Expected ${what}`), says }
}

/** A text of a form, or that passes a test. */
export function text(form: RegExp | ((text: string) => boolean), what: string) {
  const said = v.string(`Expected ${what}`)
  if (typeof form === 'function') return v.pipe(said, must(form, what))
  return v.pipe(
    said,
    must((text: string) => form.test(text), what, { pattern: form }),
  )
}

/** One of several forms, told apart by a look at the value: only that one has something to say of it. */
export function either<Of>(forms: readonly v.GenericSchema<Of>[], pick: (value: unknown) => v.GenericSchema<Of>) {
  return Object.assign(v.lazy(pick), { forms })
}

/** Forms by name, each made when a value first has it: most records have few of them. */
export function formsOf<Of>(names: readonly string[], make: (name: string) => v.GenericSchema<Of>) {
  const made = new Map<string, v.GenericSchema<Of>>()
  const named = (name: string): v.GenericSchema<Of> => {
    const form = made.get(name) ?? make(name)
    made.set(name, form)
    return form
  }
  return { named, all: names.map((name) => v.lazy(() => named(name))) }
}

/** Made when a value first comes to it, and kept by whoever holds it. */
export function onDemand<Of>(make: () => v.GenericSchema<Of>): v.GenericSchema<Of> {
  let made: v.GenericSchema<Of> | undefined
  return v.lazy(() => {
    made ??= make()
    return made
  }) as v.GenericSchema<Of>
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
  return v.pipe(v.string(`Expected ${what}`), must(isWithin, what, { pattern: DURATION }))
}

/** A number from `least` to `most`. */
export function between(least: number, most: number, what: string, isWanted: (value: number) => boolean = () => true) {
  return v.pipe(
    v.number(`Expected ${what}`),
    must((value: number) => value >= least && value <= most && isWanted(value), what, {
      type: isWanted === Number.isInteger ? 'integer' : 'number',
      minimum: least,
      maximum: most,
    }),
  )
}

export function whole(least: number, most: number, what = `a whole number from ${least} to ${most}`) {
  return between(least, most, what, Number.isInteger)
}

/** One of these words. */
export function oneOf<const Words extends readonly string[]>(...words: Words) {
  const all = words.map((word) => `"${word}"`).join(', ')
  return v.picklist(words, `Expected ${words.length > 1 ? 'one of ' : ''}${all}`)
}

/** A list of at least `least` and at most `most`. */
export function list<Item>(item: v.GenericSchema<Item>, what: string, most: number, least = 0) {
  const limits = `${least} to ${most} ${what}`
  const items = v.pipe(
    v.array(item, `Expected a list of ${what}`),
    must(({ length }: Item[]) => length >= least, limits, { minItems: least, maxItems: most }),
  ) as v.GenericSchema<readonly Item[]>
  // What is far too long is not looked at, entry by entry.
  const none = v.never(`Expected ${limits}`)
  return either([items], (value) => (Array.isArray(value) && value.length > most ? none : items))
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
  const forms = new Map<unknown, v.GenericSchema<unknown>>()
  for (const [word, entries] of Object.entries(table)) {
    const type = oneOf(word)
    forms.set(word, object({ type: word === otherwise ? v.optional(type) : type, ...entries }))
  }
  const type = oneOf(...Object.keys(table))
  const none = object({ type: otherwise === undefined ? type : v.optional(type) })
  // What else stands there depends on a word that nobody knows.
  const unknown = v.looseObject({ type })
  return either([...forms.values()], (value) => {
    const said = (value as { type?: unknown } | null | undefined)?.type ?? otherwise
    return forms.get(said) ?? (said === undefined ? none : unknown)
  })
}
