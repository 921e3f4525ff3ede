/** `fetch` to a target: that nothing answers there is told in a sentence, with what to do. */
import { Fault } from '../../manifest/yaml/fault.ts'
import { LOCAL, type Target } from './target.ts'

/** Milliseconds that an answer of the control plane may take: it writes no more than a database on the way. */
const WITHIN_MS = 30_000

/** @throws {Fault} where there is no answer: by the function that it gives. */
export function reaching(
  send: typeof fetch,
  { name, url }: Pick<Target, 'name' | 'url'>,
  withinMs = WITHIN_MS,
): typeof fetch {
  return async (input, init) => {
    const signal = init?.signal ?? AbortSignal.timeout(withinMs)
    try {
      // Not followed: records, and grants, are for this address alone.
      return await send(input, { redirect: 'manual', ...init, signal })
    } catch (cause) {
      const isLate = cause instanceof Error && cause.name === 'TimeoutError'
      const what = isLate ? `did not answer within ${withinMs / 1_000} s` : `does not answer: ${reasonOf(cause)}`
      const hint = url === LOCAL.url ? 'selvedge dev runs a mesh there.' : hintOf(name)
      throw new Fault(`${url} ${what}. ${hint}`, { cause })
    }
  }
}

function hintOf(name: string | undefined): string {
  return name === undefined
    ? 'Is it the address of a mesh?'
    : `selvedge config set ${name} --url URL changes the address.`
}

/** Node says `fetch failed`, and why in its cause, or in the first of the causes' causes. */
function reasonOf(error: unknown): string {
  let inner: unknown = error
  while (inner instanceof Error && (inner.cause instanceof Error || inner instanceof AggregateError)) {
    inner = inner instanceof AggregateError ? inner.errors[0] : inner.cause
  }
  return inner instanceof Error ? inner.message || inner.name : String(inner)
}
