/** `selvedge events replay`: asks the object that published events to send those again that it keeps, to one subscriber. */
import { InvalidArgumentError } from 'commander'
import { Fault } from '../../../manifest/yaml/fault.ts'
import { NegativeAnswer } from '../../../manifest/yaml/negative-answer.ts'
import { sinkOf } from '../../../record/events/subscriptions.ts'
import { durationMs, isDuration } from '../../../schema/duration.ts'
import type { Session } from '../../session.ts'
import { detailOf, fieldsIn } from './answer.ts'

export interface ReplayFlags {
  /** When it begins, in milliseconds since the epoch; or how long ago, as `{ agoMs }`. */
  readonly since?: { readonly at: number } | { readonly agoMs: number }
  readonly subscriber: string
}

export async function replay(source: string, { since, subscriber }: ReplayFlags, session: Session): Promise<void> {
  const { print, machine, target, fetch } = session
  const { service, path } = sinkOf(source)
  if (service === '') throw new Fault(`"${source}" is no source in the mesh: it is as in http://orders/42.`)
  const query = new URLSearchParams({ subscriber })
  if (since) query.set('since', new Date('at' in since ? since.at : machine.clock.now() - since.agoMs).toISOString())
  const address = `${target().url}/svc/${service}${path.replace(/\/+$/, '')}/replay?${query}`
  const answer = await fetch(address, { method: 'POST' })
  const text = await answer.text()
  if (!answer.ok) throw new NegativeAnswer(`${source} sends nothing again: ${answer.status} ${detailOf(text)}`)
  const { replayed } = fieldsIn(text)
  if (typeof replayed !== 'number')
    throw new NegativeAnswer(`${source} answered ${answer.status}, and did not say how many events it sends again.`)
  print.line(`${replayed} ${replayed === 1 ? 'event is' : 'events are'} sent again to ${subscriber}.`)
}

/** An instant, or how long ago. */
export function sinceOf(text: string): NonNullable<ReplayFlags['since']> {
  if (isDuration(text)) return { agoMs: durationMs(text) }
  const at = Date.parse(text)
  if (Number.isNaN(at))
    throw new InvalidArgumentError('It is an instant, as 2026-11-30T12:00:00Z, or how long ago, as 24h.')
  return { at }
}
