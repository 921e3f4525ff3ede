/** Sends a copy of the request to another service, whose answer nobody reads. */
import { type Allowance, allowance } from '../core/allowance.ts'
import type { Clock } from '../core/clock.ts'
import { type Deadline, deadlineIn } from '../core/deadline.ts'
import { joinedBytes } from '../core/joined-bytes.ts'
import type { Priority } from '../core/priority.ts'
import { type Receipt, receipt } from '../core/receipt.ts'
import { type Filter, type Next, nothing } from '../core/service.ts'
import type { Subrequests } from '../core/subrequests.ts'
import { nameOfRef } from '../policy/backend-ref.ts'
import type { RuleFilter } from '../policy/filter.ts'
import type { PickedHeaders } from '../wire/picked.ts'

export interface MirrorPlan {
  readonly name: string
  /** Is it this one's turn? */
  isChosen(): boolean
}

interface Needs {
  readonly clock: Clock
  readonly headers: PickedHeaders
  readonly subrequests: Subrequests
  readonly plan?: { readonly mirrors: readonly MirrorPlan[] | undefined } | undefined
  defer(work: Promise<unknown>): void
}

/** What a copy has of its own: nothing that happens to it is the request's. */
interface Copy<Live> {
  readonly service: Live
  readonly receipt: Receipt
  readonly headers: PickedHeaders
  readonly deadline: Deadline
  readonly allowance: Allowance
  readonly isKept: undefined
  readonly priority: Priority
  signals(): readonly AbortSignal[]
}

/** Bytes of a body that are kept for the copies, at most: a longer one is not copied. */
const LIMIT_BYTES = 65_536
/** How long a copy may take, in milliseconds. The platform ends what outlives its request after 30 s. */
const COPY_MS = 15_000
/** Subrequests, and connections, that copies leave to the request itself. */
const LEFT_OVER = 2

/** @param next a number from 0 up to 1, at each call another. */
export function mirrorPlans(filters: readonly RuleFilter[], next: () => number): MirrorPlan[] | undefined {
  const plans = filters
    .filter((filter) => filter.type === 'RequestMirror')
    .map(({ requestMirror: { backendRef, percent = 100, fraction } }) => {
      const share = fraction ? fraction.numerator / (fraction.denominator ?? 100) : percent / 100
      return { name: nameOfRef(backendRef), isChosen: () => share === 1 || next() < share }
    })
  return plans.length === 0 ? undefined : plans
}

/**
 * Above the rule's deadline, so that each copy gets one of its own, and above retry: one copy a request, not one an
 * attempt. The request goes first and waits for nothing; what goes wrong with a copy is never heard of.
 *
 * @param find the service of a copy: never tried again, whatever its record says. `undefined` drops the copy.
 */
export function mirror<Asking, Live>(
  find: (name: string, context: Asking) => Promise<Live | undefined>,
): Filter<Asking & Needs, Copy<Live> | object> {
  return function mirror(request, context, next) {
    const chosen = context.plan?.mirrors?.filter((plan) => plan.isChosen()) ?? []
    if (chosen.length === 0) return next(request, nothing)

    // As it is before the first attempt writes into it.
    const passedOn = new Headers(context.headers.passedOn)
    const { original, body } = shared(request)
    const answer = next(original, nothing)
    // Whoever sent the request hears of its failure; nobody needs to hear of a copy's.
    context.defer(body.then(sendAll).catch(() => {}))
    return answer

    async function sendAll(bytes: Uint8Array | null | undefined): Promise<void> {
      if (bytes === undefined) return
      const copies = chosen.map((plan) => send(plan, bytes === null ? request : copyOf(request, bytes)))
      await Promise.allSettled(copies)
    }

    async function send({ name }: MirrorPlan, copy: Request): Promise<void> {
      const service = await find(name, context)
      const { clock, headers, subrequests } = context
      if (!service || subrequests.left <= LEFT_OVER || subrequests.freeConnections <= LEFT_OVER) return
      const response = await (next as Next<Copy<Live>>)(copy, {
        service,
        receipt: receipt(),
        headers: { get: (name) => headers.get(name), passedOn: new Headers(passedOn) },
        deadline: deadlineIn(COPY_MS, clock),
        allowance: allowance(0),
        isKept: undefined,
        // What nobody waits for gives way to what somebody does.
        priority: 'sheddable',
        signals: () => [],
      })
      await response.body?.cancel()
    }
  }
}

/**
 * The request, and its body for the copies as it comes along: `null` where there is none, `undefined` where it is too
 * long or broke off.
 */
function shared(request: Request): { original: Request; body: Promise<Uint8Array | null | undefined> } {
  const length = Number(request.headers.get('content-length') ?? Number.NaN)
  if (request.body === null || length === 0) return { original: request, body: Promise.resolve(null) }
  if (length > LIMIT_BYTES) return { original: request, body: Promise.resolve(undefined) }
  const [own, copied] = request.body.tee()
  return { original: new Request(request, { body: own, duplex: 'half' } as RequestInit), body: collected(copied) }
}

async function collected(body: ReadableStream<Uint8Array>): Promise<Uint8Array | undefined> {
  const reader = body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    length += (value as Uint8Array).length
    if (length > LIMIT_BYTES) {
      // It ends when the other half has ended, too: nobody waits for that.
      reader.cancel().catch(() => {})
      return undefined
    }
    chunks.push(value as Uint8Array)
  }
  return joinedBytes(chunks, length)
}

function copyOf({ url, method, headers }: Request, body: Uint8Array): Request {
  return new Request(url, { method, headers, body } as RequestInit)
}
