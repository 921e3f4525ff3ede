/** `selvedge events publish`: the events of a file go to a topic, as any publisher from outside would send them. */

import { isServiceName } from '../../../core/endpoint.ts'
import { Fault } from '../../../manifest/yaml/fault.ts'
import { ended, readInput } from '../../../manifest/yaml/input.ts'
import { NegativeAnswer } from '../../../manifest/yaml/negative-answer.ts'
import type { Session } from '../../session.ts'

/** Characters of an answer that are shown. */
const SHOWN = 500

export async function publishEvents(
  { file, topic }: { readonly file: string; readonly topic: string },
  { print, target, fetch }: Session,
): Promise<void> {
  if (!isServiceName(topic)) throw new Fault(`"${topic}" is not the name of a service: say which has the topic.`)
  const { documents, broken } = await readInput([file])
  if (broken.length > 0) throw ended(broken)
  const events = documents.flatMap(({ value }) => value).map(versioned)
  if (events.length === 0) throw new Fault(`${file} has no event.`)
  const isOne = events.length === 1
  const answer = await fetch(`${target().url}/svc/${topic}/`, {
    method: 'POST',
    headers: { 'content-type': `application/cloudevents${isOne ? '' : '-batch'}+json` },
    body: JSON.stringify(isOne ? events[0] : events),
  })
  const text = await answer.text()
  if (answer.status !== 202) throw new NegativeAnswer(`${topic} took no event: ${answer.status} ${detailOf(text)}`)
  const { id, ids = [id] } = JSON.parse(text) as {
    readonly id?: string
    readonly ids?: readonly (string | undefined)[]
  }
  for (const one of ids) print.line(`Published ${one}.`)
}

/** The one version that there is need not be written. */
function versioned(event: unknown): unknown {
  return typeof event === 'object' && event !== null && !('specversion' in event)
    ? { specversion: '1.0', ...event }
    : event
}

/** What a problem says, or the answer as it is. */
export function detailOf(text: string): string {
  try {
    const { detail } = JSON.parse(text) as { readonly detail?: unknown }
    if (typeof detail === 'string') return detail
  } catch {
    // It is shown as it is.
  }
  return text.slice(0, SHOWN)
}
