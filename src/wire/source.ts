/** What a request asked for, and who asked: by these the failures of one bad request are told from those of a broken endpoint. */

import type { Source } from '../core/health/streak.ts'
import type { Receipt } from '../core/receipt.ts'
import { fnv1a } from '../math/hash.ts'

export interface Asking {
  /** Who calls, where that is known for certain. */
  readonly caller?: string | undefined
  /** Path and query, from the first slash. */
  readonly path: string
  readonly receipt: Receipt
}

/**
 * The rule and the first segment of the path; and the address of a stranger (of IPv6 its network), who chooses its paths
 * itself. Hashes: they are kept for as long as failures follow each other.
 */
export function sourceOf({ headers }: Request, { caller, path, receipt }: Asking): Source {
  const what = fnv1a(`${receipt.rule} ${/^\/+[^/?]*/.exec(path)?.[0]}`)
  const address = caller === undefined ? headers.get('cf-connecting-ip') : null
  return address === null ? [what] : [what, fnv1a(address.split(':', 4).join(':'))]
}
