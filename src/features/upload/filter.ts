/** Watches a body while its caller sends it: what breaks off, or falls silent, there is the caller's. */

import { type Upload, whenClosed } from '../../core/bytes/upload.ts'
import type { Deadline } from '../../core/deadline.ts'
import { type Cancellation, cancelOn } from '../../core/engine/cancellation.ts'
import { type Filter, nothing } from '../../core/engine/service.ts'
import { MeshError } from '../../core/errors.ts'
import { overloaded } from '../../core/overloaded.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Random } from '../../core/time/random.ts'
import { CONTENT_TYPE, type HeaderSource, isGrpc } from '../../wire/headers.ts'
import { MOST_UPLOADS, type Senders } from './senders.ts'

interface UploadNeeds {
  readonly clock: Clock
  readonly random: Random
  readonly deadline: Deadline
  readonly work: Cancellation
  readonly trusted: boolean
  readonly caller: string | undefined
  /** Of this request. */
  readonly headers: HeaderSource
  readonly upload?: Upload | undefined
  readonly service: { readonly timeouts: { readonly bodyIdleMs: number } }
  signals(): readonly AbortSignal[]
}

/** How long after its deadline an upload is believed to be alive, in milliseconds; and one without a deadline. */
const GRACE_MS = 1000
const LONGEST_MS = 900_000
/** The caller's address, as Cloudflare says it. */
const ADDRESS = 'cf-connecting-ip'
/** Strangers without an address, where nobody says one, are counted as one. */
const UNKNOWN = ''
/** What is in memory is there within so many turns of the queue. */
const TURNS = 16

/** Has the request a body? */
export function hasUpload({ upload }: Pick<UploadNeeds, 'upload'>): boolean {
  return upload !== undefined
}

/**
 * Above retry: a request has one body, whatever becomes of its attempts. Beneath the rule's deadline, which calls it off.
 * Once there is an answer nothing is watched: what breaks then is nobody's.
 *
 * @param senders counts those whose bodies do not come at once.
 */
export function upload(senders: Senders): Filter<UploadNeeds> {
  return async function upload(request, context, next) {
    const { clock, work, headers, service } = context
    const body = context.upload as Upload
    const idleMs = isStream(headers) ? Number.POSITIVE_INFINITY : service.timeouts.bodyIdleMs
    const stop = whenSilent(body, idleMs, clock, () =>
      work.cancel(new MeshError('body_idle', `No more of the body came for ${idleMs} ms.`), true),
    )
    let release: (() => void) | undefined
    let isAnswered = false
    const end = () => {
      stop()
      release?.()
    }
    work.onCancel((reason) => {
      end()
      body.cancel(reason)
    })
    try {
      body.start()
      await opened(body)
      if (body.isOpen()) {
        release = admitted(senders, request, context)
        // Of a caller that leaves within its body nothing else may tell.
        cancelOn(work, context.signals())
      }
      whenClosed(body, () => {
        const failure = body.failure()
        if (failure && !isAnswered) work.cancel(new MeshError('body_broken', 'The body broke off.', failure), true)
        end()
      })
      if (work.reason !== undefined) throw work.reason
      const answer = await next(request, nothing)
      isAnswered = true
      return answer
    } catch (error) {
      body.cancel(error)
      throw error
    } finally {
      end()
    }
  }
}

/** A stream of messages is silent for as long as there is nothing to say. */
function isStream(headers: HeaderSource): boolean {
  return isGrpc(headers) || headers.get(CONTENT_TYPE)?.startsWith('application/connect+') === true
}

/** Calls `then` when nothing has come for so long, while that is known; what it gives ends that. */
function whenSilent(body: Upload, ms: number, clock: Clock, then: () => void): () => void {
  let stop = () => {}
  const listen = (leftMs: number) => {
    stop = clock.after(leftMs, () => {
      if (!body.isWatched()) return
      const silentMs = clock.now() - body.heardAt()
      if (silentMs < ms) listen(ms - silentMs)
      else then()
    })
  }
  if (body.isOpen() && ms !== Number.POSITIVE_INFINITY) listen(ms)
  return () => stop()
}

/** Waits for the first bytes of a body that is short, and for none of others: most that are sent are there already. */
async function opened(body: Upload): Promise<void> {
  if (body.isShort) return body.isWatched() ? new Promise<void>((resolve) => body.next(resolve)) : undefined
  if (body.isShort === undefined) for (let turn = 0; turn < TURNS && body.isWatched(); turn++) await Promise.resolve()
}

/** What gives its place back to who sends it. What this function sends by itself is its own affair. */
function admitted(senders: Senders, request: Request, { clock, deadline, trusted, caller, random }: UploadNeeds) {
  const sender = request.headers.get(ADDRESS) ?? caller
  if (sender === undefined && trusted) return undefined
  const now = clock.now()
  const expiresAt = Math.min(deadline.at + GRACE_MS, now + LONGEST_MS)
  const release = senders.start(sender ?? UNKNOWN, now, expiresAt)
  if (release) return release
  throw overloaded(`This caller is sending ${MOST_UPLOADS} bodies already.`, true, random)
}
