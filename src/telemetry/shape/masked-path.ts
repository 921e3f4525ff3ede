/** Paths without ids: what names a person or an order is of no use to whoever counts requests. */

/** What may stand for a segment. A rule cannot have written it: its paths have no braces. */
const MASKS: readonly (readonly [mask: string, form: RegExp])[] = [
  // A number of a telephone, too: in a path its plus stands as it is, or escaped.
  ['{number}', /^(?:\+|%2b)?\d+$/i],
  ['{uuid}', /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i],
  ['{mail}', /@|%40/],
  // Keys, tickets, hashes: long, and with a digit, or very long.
  ['{token}', /^(?=.*\d).{20,}$|^.{40,}$/],
]
/** What may let somebody in, or says who somebody is: masked wherever it stands. */
const ALWAYS = ['{mail}', '{token}']
const MASKED = /\{(?:number|uuid|mail|token)\}/

/** What stands for a segment that looks like an id; `undefined` for any other. */
export function maskOf(segment: string): string | undefined {
  return MASKS.find(([, form]) => form.test(segment))?.[0]
}

/**
 * @param kept segments that rules name: they stay.
 * @param isWhole do rules read the path by expressions? Then numbers and UUIDs stay, too.
 */
export function maskedPath(path: string, kept: ReadonlySet<string>, isWhole: boolean): string {
  return path
    .split('/')
    .map((segment) => {
      const mask = kept.has(segment) ? undefined : maskOf(segment)
      return mask === undefined || (isWhole && !ALWAYS.includes(mask)) ? segment : mask
    })
    .join('/')
}

export function isMasked(path: string): boolean {
  return MASKED.test(path)
}
