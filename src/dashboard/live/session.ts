/** Who is signed in: a client of the admin API with a token, which this page keeps in memory, and nowhere else. */
import { signal } from '@preact/signals'
import { type AdminClient, AdminError, adminClient } from '../../admin/client.ts'

/** No answer takes longer. */
const WITHIN_MS = 15_000

/** `undefined`: nobody is. */
export const session = signal<AdminClient | undefined>(undefined)

/** Why somebody was signed out, for the page where one signs in. */
export const signedOut = signal<string | undefined>(undefined)

/** @throws {AdminError} 401 where the token is not known. */
export async function signIn(token: string): Promise<void> {
  const client = clientWith(token)
  await client.list({ limit: 1 })
  signedOut.value = undefined
  session.value = client
}

export function signOut(because?: string): void {
  signedOut.value = because
  session.value = undefined
}

/** A text of an error that somebody can act on. */
export function told(error: unknown): string {
  if (error instanceof AdminError) return error.problem.detail
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return `Nothing answered within ${WITHIN_MS / 1_000} seconds.`
  return 'The mesh did not answer: is it running, and is this machine online?'
}

function clientWith(token: string): AdminClient {
  return adminClient({
    url: location.origin,
    token,
    fetch: async (url, init) => {
      const response = await fetch(url, {
        ...init,
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        // An answer that goes on has a signal of its own.
        signal: init.signal ?? AbortSignal.timeout(WITHIN_MS),
      })
      if (response.status === 401 && session.peek()) signOut('The token is no longer accepted. Sign in again.')
      return response
    },
  })
}
