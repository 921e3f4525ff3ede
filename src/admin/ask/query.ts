/** What may stand in the address: each parameter as text that comes, as value that is used. */
import { validator } from 'hono-openapi'
import * as v from 'valibot'
import type { Place } from '../../durable/ledger/revision.ts'
import { refusal } from '../answer/problem.ts'

/** Whole numbers that JSON holds exactly. */
const MOST_REVISION = Number.MAX_SAFE_INTEGER
const MOST_ITEMS = 1_000

/** In the description of the API a parameter is what it stands for. */
const AS_VALUE = { options: { typeMode: 'output' as const } }

export function query<const Entries extends v.ObjectEntries>(entries: Entries) {
  return validator(
    'query',
    v.strictObject(entries),
    (read) => {
      if (read.success) return
      const [issue] = read.error
      throw refusal(400, `The parameter "${nameOf(issue?.path)}" is not one that is known here, or has a wrong value.`)
    },
    AS_VALUE,
  )
}

export function params<const Entries extends v.ObjectEntries>(entries: Entries) {
  return validator(
    'param',
    v.strictObject(entries),
    (read) => {
      if (read.success) return
      const [issue] = read.error
      throw refusal(400, `"${nameOf(issue?.path)}" in the path has a wrong value.`)
    },
    AS_VALUE,
  )
}

function nameOf(path: readonly unknown[] | undefined): string {
  const [first] = path ?? []
  const key = typeof first === 'object' && first !== null && 'key' in first ? first.key : first
  return String(key).slice(0, 80)
}

/** A name, with its tag if it has one; or a wildcard. */
export const name = v.pipe(
  v.string(),
  v.nonEmpty(),
  v.maxLength(512),
  v.description(
    'A service name, with its tag if it has one (`users@pr-1`), or a wildcard (`*.shop`); or `events/` and an event type, for subscriptions.',
  ),
)

export const limit = v.pipe(
  whole(1, MOST_ITEMS),
  v.description('Items of a page, at most. Default 100. A page of long records has fewer.'),
)

export const cursor = v.pipe(
  v.string(),
  v.maxLength(1_024),
  v.description('Where to go on: `cursor` of the page before.'),
)

export const revision = v.pipe(whole(1, MOST_REVISION), v.description('A revision of the mesh.'))

export const message = v.pipe(
  v.string(),
  v.maxLength(256),
  v.description('Why: 256 bytes at most. It is kept in history.'),
)

export const author = v.pipe(
  v.string(),
  v.nonEmpty(),
  v.maxLength(200),
  v.regex(/^\P{Cc}*$/u),
  v.description('Who says to have asked for it. Kept as said, beside the name of the token: nobody has checked it.'),
)

export const dryRun = v.pipe(
  v.picklist(['true', 'false', '']),
  v.transform((text) => text !== 'false'),
  v.boolean(),
  v.description('Say what would be, and write nothing.'),
)

export const force = v.pipe(
  v.picklist(['true', 'false', '']),
  v.transform((text) => text !== 'false'),
  v.boolean(),
  v.description(
    'Write what would otherwise be refused with good reason: fields that the oldest version does not know.',
  ),
)

/** Where a row of history stands. */
export const place = v.pipe(
  v.string(),
  v.regex(/^\d{1,15}:.{0,512}$/u),
  v.description('Where to go on: `cursor` of the page before.'),
)

export function placeOf(cursor: string): Place {
  const colon = cursor.indexOf(':')
  return { revision: Number(cursor.slice(0, colon)), name: cursor.slice(colon + 1) }
}

export function cursorOf({ revision, name }: Place): string {
  return `${revision}:${name}`
}

function whole(least: number, most: number) {
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,16}$/),
    v.transform(Number),
    v.number(),
    v.integer(),
    v.minValue(least),
    v.maxValue(most),
  )
}
