/** The mesh as a proxy: what comes from outside is forwarded to the name it means. */
import { uploadOf } from '../core/bytes/upload.ts'
import type { ServiceName } from '../core/endpoint.ts'
import { pickHeaders } from '../wire/picked.ts'
import { type Arrived, accept, type Forwarded } from './accept.ts'
import { named } from './call-context.ts'
import type { Part } from './inside.ts'
import { type MeshOptions, withDefaults } from './options.ts'
import { demandOf } from './receipts/demand.ts'
import type { Inquiry } from './receipts/inquiry.ts'
import { type Probe, prober } from './receipts/prober.ts'
import { inbound, made } from './stack.ts'
import type { Identities } from './trust/identities.ts'

export interface Forward {
  (request: Request, forwarded: Forwarded): Promise<Response>
  /** Tells which records this isolate goes by for a name, and calls nobody. `undefined` where the request does not ask, or is not believed. */
  readonly probe: Probe
  /** Knows callers by their tokens; `undefined` where the mesh has no keys. */
  readonly identities: Identities | undefined
  /** What a part makes of this mesh. */
  with<Of>(part: Part<Of>): Of
}

export function proxy(options: MeshOptions): Forward {
  const settings = withDefaults(options)
  const { call, calling, known, services, identities } = made(settings)
  // A service's own guard is its own business: here only a token that is not valid is refused.
  const refused = identities?.refusing(undefined)
  const enter = inbound(settings, forwarded, refused)

  function forwarded(request: Request, context: Arrived<Forwarded>) {
    const {
      caller,
      proof,
      receipt,
      trace,
      deadline,
      priority,
      arrival,
      headers = pickHeaders(request.headers),
    } = context
    const { name, path, mountLength } = arrival.identify()
    return call(
      request,
      named(context, {
        name,
        caller,
        proof,
        claims: arrival.claims,
        path,
        mountLength,
        headers,
        receipt,
        trace,
        deadline,
        priority,
        defer: arrival.defer,
        upload: uploadOf(request, settings.clock, true),
        signals: () => [request.signal],
      }),
    )
  }

  function forward(request: Request, arrival: Forwarded): Promise<Response> {
    if (!identities) return entered(request, arrival)
    return identities.arriving(
      request,
      arrival,
      () => nameOf(arrival),
      (arrival, request) => entered(request, arrival),
    )
  }

  function entered(request: Request, arrival: Forwarded): Promise<Response> {
    const context = accept(request, arrival, settings)
    if (arrival.caller !== undefined) arrival.heard?.(arrival.caller)
    return context.headers?.asks ? asked(request, context) : enter(request, context)
  }

  async function asked(request: Request, context: Arrived<Forwarded>): Promise<Response> {
    const inquiry = await believed(request, context)
    const response = await enter(request, { ...context, inquiry })
    return inquiry?.notes ? inquiry.notes.told(response, context.receipt) : response
  }

  /** Whoever asks for more than its answer must be believed, by its binding or for its grant. */
  async function believed(request: Request, context: Arrived<Forwarded>): Promise<Inquiry | undefined> {
    const { receipts, clock, random } = settings
    const { trusted, arrival, headers = request.headers } = context
    if (!trusted && !(await receipts?.isGranted(headers, nameOf(arrival) ?? '', clock.now()))) return undefined
    return demandOf(headers, receipts?.notes(headers, request, random, clock))
  }

  return Object.assign(forward, {
    identities,
    probe: prober(settings, known, believed),
    with: <Of>(part: Part<Of>) => part({ settings, call, calling, known, services }),
  })
}

/** What names nothing is refused further down, in words. */
function nameOf({ identify }: Forwarded): ServiceName | undefined {
  try {
    return identify().name
  } catch {
    return undefined
  }
}
