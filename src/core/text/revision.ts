/** Revisions of records: numbers of one sequence a mesh, given by the control plane. A record written by hand has none. */

/** At one change a millisecond so many take 31 years. */
const DIGITS = /^\d{1,12}$/

/** `undefined` where the text is no revision that the control plane gives. */
export function revisionNumber(text: string | undefined): number | undefined {
  return text !== undefined && DIGITS.test(text) ? Number(text) : undefined
}
