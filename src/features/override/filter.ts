/** override: sends a call to the record that a signed override puts in the place of the one that was called. */
import { observer, type Room } from '../../core/engine/stack.ts'
import { MeshError } from '../../core/errors.ts'
import type { Receipt } from '../../core/receipt.ts'
import type { Trace } from '../../core/span.ts'
import type { Clock } from '../../core/time/clock.ts'
import { remade } from '../../wire/answer/remade.ts'
import { BAGGAGE, PROXY_STATUS } from '../../wire/headers.ts'
import { readJws } from '../../wire/jws.ts'
import { overrideIn, withOverride, withoutOverride } from '../../wire/override/member.ts'
import { mayBeAbout } from '../../wire/override/token.ts'
import type { PickedHeaders } from '../../wire/picked.ts'
import { proxyStatus } from '../../wire/problem/proxy-status.ts'
import type { Disbelieved, OverrideVerifier, Verified } from './verifier.ts'

export interface OverrideNeeds<Live> {
  readonly clock: Clock
  defer(work: Promise<unknown>): void
  readonly name: string
  readonly receipt: Receipt
  readonly trace: Trace | undefined
  readonly headers: PickedHeaders
  /** That of the request on whose behalf the call is made: nobody has looked at it. */
  readonly baggage: string | null
  /** Of the record that was called. */
  readonly service: Live
}

export interface OverrideGives<Live> {
  readonly service: Live
  readonly recordKey: string
  /** The record that was called is asked who may call, too. */
  readonly passedBy?: readonly Live[] | undefined
  readonly trace: Trace | undefined
}

/** Methods that change nothing (RFC 9110 §9.2.1): they may go to the record that was called where an override cannot be applied. */
const HARMLESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

type Context<Live> = OverrideNeeds<Live> & Room<OverrideGives<Live>>

type Brought = Pick<OverrideNeeds<unknown>, 'headers' | 'baggage'>

/** Is there one, whatever it is worth? Baggage of other members alone is most people's, and meets nothing here. */
export function hasOverride(brought: Brought): boolean {
  return overrideOf(brought) !== undefined
}

/** Of the call itself, or else of the request on whose behalf it is made. */
function overrideOf({ headers, baggage }: Brought): string | undefined {
  return overrideIn(headers.get(BAGGAGE)) ?? overrideIn(baggage)
}

/**
 * Beneath resolve, above all that looks at rules.
 *
 * @param find the service of a record, noted on the receipt; `undefined` where there is none of that name.
 */
export function override<Live, Asking>(
  verifier: OverrideVerifier,
  find: (name: string, context: Asking) => Promise<{ readonly service: Live; readonly recordKey: string } | undefined>,
) {
  type Within = Asking & Context<Live>

  return observer<Asking & OverrideNeeds<Live>, OverrideGives<Live>>('override', {
    enter(request, context) {
      const text = overrideOf(context)
      if (text === undefined) return undefined
      const judged = verifier.of(text, context)
      if (!(judged instanceof Promise)) return applied(judged, text, request, context)
      return judged.then(
        (verdict) =>
          'fault' in verdict ? passed(verdict, request, context) : applied(verdict, text, request, context),
        (error: unknown) => unjudged(error, text, request, context),
      )
    },
    answered(response, { receipt, name }) {
      const { ignored } = receipt.override ?? {}
      const echoed = response.headers.get(BAGGAGE) ?? undefined
      const kept = withoutOverride(echoed)
      if (ignored === undefined && kept === echoed) return response
      const answer = remade(response)
      // A WebSocket has no other answer than its own.
      if (!answer) return response
      if (ignored !== undefined) answer.headers.append(PROXY_STATUS, proxyStatus({ details: wordsOf(name, ignored) }))
      // A service may hand back what it was sent: the token is its bearer's alone.
      if (kept === undefined) answer.headers.delete(BAGGAGE)
      else answer.headers.set(BAGGAGE, kept)
      return answer
    },
  })

  function applied(
    { swaps, subject }: Verified,
    text: string,
    request: Request,
    context: Within,
  ): Promise<void> | undefined {
    carry(context, text)
    const to = Object.hasOwn(swaps, context.name) ? swaps[context.name] : undefined
    if (to === undefined) return undefined
    return find(to, context).then((found) => {
      if (!found) return ignored(`no record is called ${to}`, request, context)
      const gives: Room<OverrideGives<Live>> = context
      gives.passedBy = [context.service]
      gives.service = found.service
      gives.recordKey = found.recordKey
      context.receipt.override = { to, by: subject }
    })
  }

  /** It goes no further than here. */
  function passed({ fault, said }: Disbelieved, request: Request, context: Within): void {
    carry(context, undefined)
    if (mayBeAbout(said, context.name)) ignored(fault, request, context)
  }

  /** Nobody can say what it is worth: it is carried to where somebody can. */
  function unjudged(error: unknown, text: string, request: Request, context: Within): void {
    const isAbout = mayBeAbout(readJws(text), context.name)
    if (!(error instanceof MeshError) || (isAbout && !HARMLESS.has(request.method))) throw error
    carry(context, text)
    if (isAbout) ignored('the keys cannot be read', request, context)
  }
}

/** @throws {MeshError} for what would change something: a write that lands where nobody wanted it is the worst of all. */
function ignored(
  fault: string,
  request: Request,
  { name, receipt }: { readonly name: string; readonly receipt: Receipt },
): void {
  receipt.override = { ignored: fault }
  if (HARMLESS.has(request.method)) return
  const words = wordsOf(name, fault)
  throw new MeshError('service_not_found', `The ${words}.`, {
    service: name,
    // What it says is the caller's own: even a stranger may read it.
    extra: {
      headers: { [PROXY_STATUS]: proxyStatus({ error: 'destination_not_found', details: words }) },
      members: {},
    },
  })
}

function wordsOf(name: string, fault: string): string {
  return `override of ${name} not applied: ${fault}`
}

/** Writes the override, or that there is none, where the next hop reads it: in the baggage of the call, or in that of its trace. */
function carry<Live>(context: Context<Live>, text: string | undefined): void {
  const { headers, trace } = context
  const said = headers.get(BAGGAGE) ?? undefined
  const own = said ?? trace?.baggage
  const wanted = text === undefined ? withoutOverride(own) : overrideIn(own) === text ? own : withOverride(own, text)
  if (wanted === own) return
  if (said !== undefined || !trace) {
    if (wanted === undefined) headers.passedOn.delete(BAGGAGE)
    else headers.passedOn.set(BAGGAGE, wanted)
  }
  if (trace) (context as Room<OverrideGives<Live>>).trace = { ...trace, baggage: wanted }
}
