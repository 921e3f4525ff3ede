/** By whom a change is, and why. */
import type { By } from '../../durable/ledger/change.ts'
import type { Token } from '../auth/tokens.ts'

/** The author is the token's name: what else the client says of itself is kept as said. */
export function byOf({ name }: Token, said: { message?: string | undefined; author?: string | undefined }): By {
  return {
    author: said.author === undefined ? name : `${name} (says: ${said.author})`,
    ...(said.message === undefined ? {} : { message: said.message }),
  }
}
