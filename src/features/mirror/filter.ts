/** Sends a copy of the request to another service, whose answer nobody reads. */
import { type Allowance, allowance } from '../../core/allowance.ts'
import { keptUpload, type Upload, uploadOf } from '../../core/bytes/upload.ts'
import { type Deadline, deadlineIn } from '../../core/deadline.ts'
import { type Filter, type Next, nothing } from '../../core/engine/service.ts'
import type { Subrequests } from '../../core/engine/subrequests.ts'
import type { Priority } from '../../core/priority.ts'
import { type Receipt, receipt } from '../../core/receipt.ts'
import type { Clock } from '../../core/time/clock.ts'
import { nameOfRef } from '../../schema/backend-ref.ts'
import type { PickedHeaders } from '../../wire/picked.ts'
import type { Mirror } from './policy.ts'

export interface MirrorPlan {
  readonly name: string
  /** Is it this one's turn? */
  isChosen(): boolean
}

interface MirrorNeeds {
  readonly clock: Clock
  readonly headers: PickedHeaders
  readonly subrequests: Subrequests
  /** Its body; `undefined` where there is none. */
  readonly upload?: Upload | undefined
  readonly way?: { readonly mirrors: readonly MirrorPlan[] | undefined } | undefined
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
  readonly inquiry: undefined
  readonly priority: Priority
  readonly upload: Upload | undefined
  signals(): readonly AbortSignal[]
}

/** How long a copy may take, in milliseconds. The platform ends what outlives its request after 30 s. */
const COPY_MS = 15_000
/** Subrequests, and connections, that copies leave to the request itself. */
const LEFT_OVER = 2

/** @param next a number from 0 up to 1, at each call another. */
export function mirrorPlans(mirrors: readonly Mirror[], next: () => number): MirrorPlan[] | undefined {
  if (mirrors.length === 0) return undefined
  return mirrors.map(({ backendRef, percent = 100, fraction }) => {
    const share = fraction ? fraction.numerator / (fraction.denominator ?? 100) : percent / 100
    return { name: nameOfRef(backendRef), isChosen: () => share === 1 || next() < share }
  })
}

/**
 * Above the rule's deadline, so that each copy gets one of its own, and above retry: one copy a request, not one an
 * attempt. The request goes first and waits for nothing; what goes wrong with a copy is never heard of.
 *
 * @param find the service of a copy: never tried again, whatever its record says. `undefined` drops the copy.
 */
export function mirror<Asking, Live>(
  find: (name: string, context: Asking, copy: Request) => Promise<Live | undefined>,
): Filter<Asking & MirrorNeeds, Copy<Live> | object> {
  return function mirror(request, context, next) {
    const chosen = context.way?.mirrors?.filter((plan) => plan.isChosen()) ?? []
    if (chosen.length === 0) return next(request, nothing)

    // As it is before the first attempt writes into it.
    const passedOn = new Headers(context.headers.passedOn)
    const copies = copiesOf(request, chosen.length, context)
    const answer = next(request, nothing)
    // Whoever sent the request hears of its failure; nobody needs to hear of a copy's.
    context.defer(sendAll().catch(() => {}))
    return answer

    async function sendAll(): Promise<void> {
      const sent = (await copies).map(({ request, upload }, index) =>
        send(chosen[index] as MirrorPlan, request, upload),
      )
      await Promise.allSettled(sent)
    }

    async function send({ name }: MirrorPlan, copy: Request, upload: Upload | undefined): Promise<void> {
      const service = await find(name, context, copy)
      const { clock, headers, subrequests } = context
      if (!service || subrequests.left <= LEFT_OVER || subrequests.freeConnections <= LEFT_OVER) return
      const response = await (next as Next<Copy<Live>>)(copy, {
        service,
        receipt: receipt(),
        headers: { get: (name) => headers.get(name), passedOn: new Headers(passedOn) },
        deadline: deadlineIn(COPY_MS, clock),
        allowance: allowance(0),
        isKept: undefined,
        // The caller asks about its own request.
        inquiry: undefined,
        // What nobody waits for gives way to what somebody does.
        priority: 'sheddable',
        upload,
        signals: () => [],
      })
      await response.body?.cancel()
    }
  }
}

/** So many of the request, each with its body: none where that is longer than what is kept, or breaks off. */
async function copiesOf(request: Request, count: number, { upload, clock }: Pick<MirrorNeeds, 'upload' | 'clock'>) {
  const copies = Array.from({ length: count })
  if (!upload) return copies.map(() => ({ request, upload }))
  if (request.method === 'GET' || request.method === 'HEAD') {
    // Only the platform can make one with content.
    const clones = upload.isShort ? copies.map(() => request.clone()) : []
    return clones.map((request) => ({ request, upload: uploadOf(request, clock) }))
  }
  const bytes = await upload.whole()
  return bytes ? copies.map(() => ({ request, upload: keptUpload(request, clock, bytes) })) : []
}
