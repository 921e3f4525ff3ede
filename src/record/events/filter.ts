/** Which events a subscription wants: the six filter dialects that CloudEvents Subscriptions 1.0 requires. */
import * as v from 'valibot'
import { either, list, must, object, onDemand, text } from '../../schema/kit.ts'

/** Attributes and the texts that they are compared with: all of them must hold. */
export type Attributes = Readonly<Record<string, string>>

export type EventFilter =
  | { exact: Attributes }
  | { prefix: Attributes }
  | { suffix: Attributes }
  | { all: readonly EventFilter[] }
  | { any: readonly EventFilter[] }
  | { not: EventFilter }

const FORM = 'an object with one of "exact", "prefix", "suffix", "all", "any", "not"'

/** Filters of one list, at most, and how deep they may stand in each other. */
const MOST_FILTERS = 100
const MOST_LEVELS = 8
const MOST_CHARACTERS = 1_000

/** Of one subscription: all of them must hold. */
export function filters(): v.GenericSchema<readonly EventFilter[]> {
  return list(filter(1), 'filters', MOST_FILTERS)
}

function filter(level: number): v.GenericSchema<EventFilter> {
  const deeper = onDemand<EventFilter>(() =>
    level < MOST_LEVELS
      ? filter(level + 1)
      : v.never(`Expected filters in each other ${MOST_LEVELS} levels deep at most`),
  )
  const [texts, many] = [attributes(), list(deeper, 'filters', MOST_FILTERS, 1)]
  const forms = new Map<string, v.GenericSchema<EventFilter>>([
    ['exact', object({ exact: texts }, FORM)],
    ['prefix', object({ prefix: texts }, FORM)],
    ['suffix', object({ suffix: texts }, FORM)],
    ['all', object({ all: many }, FORM)],
    ['any', object({ any: many }, FORM)],
    ['not', object({ not: deeper }, FORM)],
  ])
  // `sql` is the dialect that stands in the specification as optional: nobody shall think that it filters.
  const none = v.never(`Expected ${FORM}: no other dialect is understood`)
  return either([...forms.values()], (value) => {
    const [dialect = '', ...more] = typeof value === 'object' && value !== null ? Object.keys(value) : []
    return (more.length === 0 && forms.get(dialect)) || none
  })
}

function attributes() {
  const what = `a text of 1 to ${MOST_CHARACTERS} characters`
  const value = text((text) => text.length > 0 && text.length <= MOST_CHARACTERS, what)
  const name = text(
    (text) => /^[a-z0-9]+$/.test(text) && text !== 'data',
    'the name of an attribute: lower case letters and digits',
  )
  return v.pipe(
    v.record(name, value, 'Expected attributes with the texts that they are compared with'),
    must((attributes: Attributes) => Object.keys(attributes).length > 0, 'at least one attribute'),
  )
}
