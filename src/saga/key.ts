/** Keys of steps: the same in a header, a path and JSON, so that nobody has to ask whether one is encoded. */

/**
 * Unreserved in a URI (RFC 3986 §2.3): percent-encoding and decoding leave it as it is. It stands in no id and in no name of a step,
 * so no two steps have one key.
 */
export const APART = '~'

/** What an undo's key has behind that of its step. */
export const UNDO_SUFFIX = `${APART}undo`

/** What the keys of one saga begin with. */
export function keysOf(id: string): string {
  return `saga${APART}${id}${APART}`
}
