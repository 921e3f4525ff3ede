/** Delivers one request: a call of the outbound stack, on behalf of whoever put it into the queue. */
import { allowance } from '../../core/allowance.ts'
import { uploadOf } from '../../core/bytes/upload.ts'
import { deadlineIn, earlier } from '../../core/deadline.ts'
import type { Subrequests } from '../../core/engine/subrequests.ts'
import { MeshError } from '../../core/errors.ts'
import { noteError } from '../../core/log.ts'
import { newTrace } from '../../core/span.ts'
import { type Clock, within } from '../../core/time/clock.ts'
import { readPushback } from '../../wire/answer/pushback.ts'
import { statusOf } from '../../wire/answer/status.ts'
import { DELIVERY_ATTEMPT } from '../../wire/headers.ts'
import { type PickedHeaders, pickHeaders } from '../../wire/picked.ts'
import { readPriority } from '../../wire/priority.ts'
import { accept, type Defer } from '../accept.ts'
import { named } from '../call-context.ts'
import { splitUrl } from '../called-host.ts'
import type { Inside } from '../inside.ts'

export interface Delivery {
  readonly event: {
    /** Which it is, among all of its subject. */
    readonly id: string
    readonly subject: string
    /** Who put it there, where that is known. */
    readonly caller?: string | undefined
    /** When nobody waits for it any more, where somebody said so. */
    readonly deadline?: string | undefined
  }
  /** The request that it makes. */
  readonly request: Request
  /** The service that it goes to. */
  readonly to: string
  /** How often it was brought, this time included. */
  readonly attempts: number
  readonly timeoutMs: number
  /** Of the whole batch. */
  readonly subrequests: Subrequests
  readonly defer: Defer
}

export interface Answered {
  /** For gRPC, the HTTP status of the same meaning. */
  readonly status: number
  /** How long to wait before the next delivery, where the answer says it. */
  readonly waitMs: number | undefined
  /** The first kilobyte of an answer that is not a success. */
  readonly body: string
}

/** As much of an answer is told, in bytes. */
const TOLD_BYTES = 1024
/** And waited for so long, in milliseconds. */
const FIRST_MS = 1000

/** @throws {MeshError} where the mesh, not the service, failed the call. */
export async function delivered({ settings, call }: Inside, delivery: Delivery): Promise<Answered> {
  const { clock, maxHops, random, log } = settings
  const { event, request, to, attempts, timeoutMs, subrequests, defer } = delivery
  const { caller } = event
  // Whoever may write to the queue is believed, as a binding that names its caller is. Without a name it raises nothing.
  const trusted = caller !== undefined
  const context = accept(request, { trusted, caller, proof: trusted ? 'vouched' : 'none', defer }, settings)
  const { receipt, hops } = context
  const trace = context.trace ?? newTrace(random)
  const headers = context.headers ?? pickHeaders(request.headers)
  headers.passedOn.set(DELIVERY_ATTEMPT, String(attempts))
  const said = deadlineIn(
    event.deadline === undefined ? Number.POSITIVE_INFINITY : Date.parse(event.deadline) - clock.now(),
    clock,
  )
  try {
    if (hops >= maxHops) {
      throw new MeshError('loop_detected', `The request has made ${hops} hops, and ${maxHops} are allowed.`)
    }
    const response = await call(
      request,
      named(
        // Nobody waits: what fails is brought again later, and is not sent again now.
        { ...context, signal: () => undefined, inquiry: undefined, subrequests, allowance: allowance(0) },
        {
          name: to,
          caller,
          proof: context.proof,
          path: splitUrl(request.url).path,
          headers,
          receipt,
          trace,
          deadline: earlier(said, deadlineIn(timeoutMs, clock)),
          // Live calls go first.
          priority: readPriority(headers) === undefined ? 'sheddable' : context.priority,
          defer,
          upload: uploadOf(request, clock),
          signals: () => [],
        },
      ),
    )
    clock.turn?.()
    return await answered(response, headers, clock)
  } catch (error) {
    if (error instanceof MeshError) noteError(error, receipt, trace.traceId, caller, log)
    throw error
  }
}

async function answered(response: Response, sent: PickedHeaders, clock: Clock): Promise<Answered> {
  const status = statusOf(response, sent)
  const isDone = status >= 200 && status < 300
  const waitMs = isDone ? undefined : readPushback(response.headers, clock.now()).waitMs
  const body = isDone ? '' : await beginning(response, clock)
  // What nobody reads holds a connection.
  response.body?.cancel().catch(() => {})
  return { status, waitMs, body }
}

/** What comes of it at first. Never fails. */
async function beginning({ body }: Response, clock: Clock): Promise<string> {
  const reader = body?.getReader()
  if (!reader) return ''
  try {
    const { value } = await within(clock, FIRST_MS, reader.read(), () => new Error('It is silent.'))
    return new TextDecoder().decode(value?.subarray(0, TOLD_BYTES))
  } catch {
    return ''
  } finally {
    reader.cancel().catch(() => {})
    reader.releaseLock()
  }
}
