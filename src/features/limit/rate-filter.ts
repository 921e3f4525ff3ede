/** rate: counts a request, once, and refuses it where its caller has made as many as the records on its way let in. */
import { classOf, type Proof } from '../../core/caller.ts'
import { type ObserverFilter, observer } from '../../core/engine/stack.ts'
import type { Log } from '../../core/log.ts'
import type { RatePolicy } from './rate-policy.ts'
import type { Counted, Rater } from './rater.ts'

/** Of the caller, and where it is told. */
export interface RateNeeds extends Counted {
  readonly caller: string | undefined
  readonly proof: Proof
}

/** The caller's address, as Cloudflare says it. */
const ADDRESS = 'cf-connecting-ip'

/** @param ratersOf of the records to ask, in the order in which the request comes to them. */
export function rate<Led>(
  name: string,
  ratersOf: (context: Led) => readonly (Rater | undefined)[],
  log: Log,
): ObserverFilter<Led & RateNeeds> {
  return observer<Led & RateNeeds>(name, {
    enter(request, context) {
      let waited: Promise<void> | undefined
      for (const rater of ratersOf(context)) {
        if (!rater) continue
        const [key, whose] = countedAs(rater.policy, request, context)
        const count = () => rater.count(key, whose, context, log)
        waited = waited ? waited.then(count) : count()
      }
      return waited
    },
  })
}

/** What is counted together; and the same for people, without what a header says: that may be a secret, or an address. */
function countedAs({ per, header }: RatePolicy, request: Request, { caller, proof }: RateNeeds): [string, string] {
  if (per === 'service') return ['', 'all callers together']
  const name = per === 'ip' ? ADDRESS : header
  if (name !== undefined) return [request.headers.get(name) ?? '', `one ${name}`]
  if (caller !== undefined) return [`=${caller}`, `"${caller}"`]
  const all = `${classOf(proof)}s`
  return [all, `all ${all} without a name together`]
}
