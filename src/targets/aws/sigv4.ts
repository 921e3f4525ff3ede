/** Requests signed for AWS (Signature Version 4). */
import { type Lru, lru } from '../../core/lru.ts'
import { credentialFailed, optionalSecret, secretOf } from '../secret.ts'
import type { Means, Sent } from '../sent.ts'

/** A request to AWS. */
export interface AwsCall {
  readonly method: string
  readonly url: string
  /** What goes with it, unsigned: a header that is changed on the way would undo the signature. Its own: the signature is written in. */
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer>
  readonly service: string
  readonly region: string
  /** The prefix of its secrets. */
  readonly secret: string
}

/** Sends signed. An answer that refuses the credentials becomes a MeshError. */
export type SignedFetch = (call: AwsCall, sent: Sent) => Promise<Response>

/** A signature further from AWS's clock is refused, in milliseconds (Smithy's SDKs correct from here on). */
const MOST_SKEW_MS = 300_000
/** No clock is believed to be further from ours, in milliseconds: AWS's own keeps time, and ours is a day off at worst. */
const LARGEST_CORRECTION_MS = 86_400_000
/** Corrections kept: one a host and secret. */
const CORRECTIONS = 256
const CONTENT_HASH = 'x-amz-content-sha256'
/** Day keys kept: one a secret, region and service. */
const KEYS = 64

/**
 * AWS's words for credentials that it does not take; they come with `x-amzn-errortype`, before any function is run.
 * MissingAuthenticationToken is none of them: API Gateway says it of a path that it does not know.
 */
const REFUSALS =
  /^(UnrecognizedClient|InvalidSignature|SignatureDoesNotMatch|ExpiredToken|InvalidClientTokenId|IncompleteSignature|InvalidAccessKeyId|OptInRequired)/
/**
 * The credentials are good, and IAM does not allow this. Of Lambda's API that is the record's fault. Of an address it is the
 * answer to the path: a caller chooses that, and must not be able to eject the endpoint with it.
 */
const DENIED = /^AccessDenied/
/** Those of its words that a wrong clock may be behind (Smithy's list). */
const SKEWED = /^(InvalidSignature|SignatureDoesNotMatch|Request(Expired|InTheFuture|TimeTooSkewed)|AuthFailure)/

export function signedFetch(means: Means): SignedFetch {
  const { fetch } = means
  const dayKeys = new Map<string, ArrayBuffer>()
  // How far the clock of a host is ahead of ours: numbers, learned from its answers, and of use with it alone.
  const skews: Lru<string, number> = lru(CORRECTIONS)
  let libraries: typeof import('../libraries.ts') | undefined

  /** Writes the signature into the headers of the call: over that of an attempt before, or of the request itself. */
  async function sign({ method, url, headers, body, service, region, secret }: AwsCall, now: number): Promise<void> {
    libraries ??= await import('../libraries.ts')
    if (dayKeys.size > KEYS) dayKeys.clear()
    const keys = keysOf(secret)
    const datetime = new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, '')
    const signer = new libraries.AwsV4Signer({ ...keys, method, url, body, service, region, cache: dayKeys, datetime })
    // What it has signed is known: to go through its own headers would cost as much as a digest.
    headers.set('authorization', await signer.authHeader())
    headers.set('x-amz-date', datetime)
    // Signed for S3 alone.
    const contentHash = signer.headers.get(CONTENT_HASH)
    if (contentHash === null) headers.delete(CONTENT_HASH)
    else headers.set(CONTENT_HASH, contentHash)
    if (keys.sessionToken === undefined) headers.delete('x-amz-security-token')
    else headers.set('x-amz-security-token', keys.sessionToken)
  }

  function keysOf(secret: string) {
    const accessKeyId = secretOf(means, `${secret}_ACCESS_KEY_ID`)
    if (!/^\w{4,128}$/.test(accessKeyId)) throw credentialFailed(`Secret "${secret}_ACCESS_KEY_ID" is no access key id`)
    const sessionToken = optionalSecret(means, `${secret}_SESSION_TOKEN`)
    if (sessionToken !== undefined && !/^[\x21-\x7e]+$/.test(sessionToken)) {
      throw credentialFailed(`Secret "${secret}_SESSION_TOKEN" is no session token`)
    }
    const secretAccessKey = secretOf(means, `${secret}_SECRET_ACCESS_KEY`)
    return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
  }

  return async function fetchSigned(call, sent) {
    const { clock, work, subrequests } = sent
    const of = `${call.secret} ${call.url.split('/', 3)[2]}`
    for (let isCorrected = false; ; isCorrected = true) {
      const skewMs = skews.get(of) ?? 0
      await sign(call, clock.now() + skewMs)
      const init: RequestInit = { method: call.method, headers: call.headers, redirect: 'manual' }
      if (call.body.length > 0) init.body = call.body
      if (work.signal) init.signal = work.signal
      const response = await fetch(call.url, init)
      const refusal = refusalOf(response)
      const ahead = aheadOf(response, refusal, clock.now())
      // Once: a clock that is told right and refused again is not what is wrong.
      const isSkewed = !isCorrected && Math.abs(ahead - skewMs) >= MOST_SKEW_MS && subrequests.take(1)
      if (isSkewed) skews.set(of, ahead)
      else if (!isRefused(refusal, sent)) return response
      await response.body?.cancel()
      if (!isSkewed) throw credentialFailed(`AWS refused the credentials of secret "${call.secret}": ${refusal}`)
    }
  }
}

/** Did AWS refuse the credentials themselves? */
function isRefused(refusal: string, { endpoint }: Sent): boolean {
  return REFUSALS.test(refusal) || (DENIED.test(refusal) && endpoint.target.kind !== 'url')
}

/** Why AWS itself refused, where it did. What a function answers carries no such header. */
function refusalOf({ status, headers }: Response): string {
  if (status !== 403 && status !== 400 && status !== 401) return ''
  return /^\w+/.exec(headers.get('x-amzn-errortype') ?? '')?.[0] ?? ''
}

/** How far AWS's clock is ahead, where that may be why it refused; `NaN` where nothing is to be learned. */
function aheadOf({ headers }: Response, refusal: string, now: number): number {
  const ahead = SKEWED.test(refusal) ? Date.parse(headers.get('date') ?? '') - now : Number.NaN
  return Math.abs(ahead) <= LARGEST_CORRECTION_MS ? ahead : Number.NaN
}
