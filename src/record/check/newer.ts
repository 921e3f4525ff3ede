/** What of a record an older version of the library does not know: it would refuse the record whole. */
import { SINCE, type Version } from './since.ts'

/** A field, or a form of it, that came later than asked for. */
export interface Newer {
  /** Keys and indexes from the record to the field. */
  readonly path: readonly (string | number)[]
  /** What stands there, where the field itself is older. */
  readonly what: string | undefined
  readonly since: Version
}

/** A table of fields as a walk through a record sees it. */
type Known = Readonly<Record<string, Said>>
type Said =
  | Version
  | {
      readonly since: Version
      readonly fields?: Known
      readonly forms?: readonly {
        readonly since: Version
        readonly what: string
        readonly is: (value: unknown) => boolean
      }[]
    }

const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/

/** Three numbers, as in `0.2.0`: releases have no more. */
export function isVersion(text: string): boolean {
  return VERSION.test(text)
}

/** Below 0 where the first is the older. Of what is no version nothing is known: it is neither. */
export function compareVersions(one: string, other: string): number {
  const [, ...ones] = VERSION.exec(one) ?? []
  const [, ...others] = VERSION.exec(other) ?? []
  const away = ones.map((part, index) => Number(part) - Number(others[index])).find((difference) => difference !== 0)
  return away ?? 0
}

/**
 * Fields that a version does not know, the outermost of each: none where it obeys the record. What no version knows is left out.
 *
 * @param text a record as it stands in KV. Of one that is not JSON nothing is told.
 * @param oldest such as `"0.1.0"`.
 */
export function newerThan(oldest: string, text: string): Newer[] {
  let record: unknown
  try {
    record = JSON.parse(text)
  } catch {
    // A bare URL, which every version knows; or nothing that any does.
    return []
  }
  return newerIn(record, SINCE, oldest, [])
}

function newerIn(value: unknown, known: Known, oldest: string, path: Newer['path']): Newer[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((item, index) => newerIn(item, known, oldest, [...path, index]))
  return Object.entries(value).flatMap(([name, inner]): Newer[] => {
    const said = Object.hasOwn(known, name) ? known[name] : undefined
    if (said === undefined) return []
    const at = [...path, name]
    const { since, fields = {}, forms = [] } = typeof said === 'string' ? { since: said } : said
    if (compareVersions(since, oldest) > 0) return [{ path: at, what: undefined, since }]
    const form = forms.find((form) => form.is(inner) && compareVersions(form.since, oldest) > 0)
    if (form) return [{ path: at, what: form.what, since: form.since }]
    return newerIn(inner, fields, oldest, at)
  })
}

/** Why a record must wait until no function runs an older version. */
export function newerReason({ what, since }: Newer, oldest: string): string {
  const subject = what === undefined ? 'came' : `as ${what} came`
  return `${subject} with version ${since}, and the oldest that runs is ${oldest} (min-version): it would refuse the whole record.`
}
