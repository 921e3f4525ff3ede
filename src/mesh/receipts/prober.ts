/** Probes of this isolate: which records it goes by for a name. It looks the name up as a call would, and calls nobody. */
import { MeshError } from '../../core/errors.ts'
import { type Arrived, accept, type Forwarded } from '../accept.ts'
import type { Settings } from '../options.ts'
import type { Resolver } from '../resolver.ts'
import { inbound } from '../stack.ts'
import type { Inquiry, Noted } from './inquiry.ts'

/** What a probe has found. */
export interface Probed extends Noted {
  readonly service: string
}

/** @param tell makes the answer. */
export type Probe = (
  request: Request,
  forwarded: Forwarded,
  tell: (probed: Probed) => Response,
) => Promise<Response | undefined>

export function prober(
  settings: Settings,
  { called }: Resolver,
  believed: (request: Request, context: Arrived<Forwarded>) => Promise<Inquiry | undefined>,
): Probe {
  return async function probe(request, forwarded, tell) {
    const context = accept(request, forwarded, settings)
    const inquiry = context.headers?.asks ? await believed(request, context) : undefined
    const notes = inquiry?.notes
    if (!notes) return undefined
    const look = inbound(settings, async function look(_, context: Arrived<Forwarded>) {
      const { name } = context.arrival.identify()
      await called({ ...context, defer: forwarded.defer, name }).catch((error: unknown) => {
        // That there is none is an answer, too.
        if (!(error instanceof MeshError) || error.code !== 'service_not_found') throw error
      })
      return tell({ ...notes.noted(), service: name })
    })
    return notes.told(await look(request, { ...context, inquiry }), context.receipt)
  }
}
