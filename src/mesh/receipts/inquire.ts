/** Reads what a call asks for besides its answer. */
import type { HeaderSource } from '../../wire/headers.ts'
import type { Inbound } from '../accept.ts'
import type { Settings } from '../options.ts'
import { demandOf } from './demand.ts'
import type { Inquiry } from './inquiry.ts'

/**
 * What a call asks, by its own headers, and by those of the request on whose behalf it is made. Headers that were copied from
 * a stranger's request are the stranger's.
 */
export function inquiryOf(
  call: HeaderSource,
  from: Inbound,
  request: Request,
  { receipts, random, clock }: Settings,
): Inquiry | undefined {
  const own: HeaderSource = {
    get(name) {
      const said = call.get(name)
      return from.trusted || said !== from.headers?.get(name) ? said : null
    },
  }
  const asked = demandOf(own, receipts?.notes(own, request, random, clock))
  const before = from.inquiry?.minRevision
  if (before === undefined) return asked
  return { minRevision: Math.max(before, asked?.minRevision ?? 0), notes: asked?.notes }
}
