/** `selvedge events publish`: the events of a file go to a topic, as any publisher from outside would send them. */

import { isServiceName } from '../../../core/endpoint.ts'
import { Fault } from '../../../manifest/yaml/fault.ts'
import { ended, readInput } from '../../../manifest/yaml/input.ts'
import { NegativeAnswer } from '../../../manifest/yaml/negative-answer.ts'
import type { Session } from '../../session.ts'
import { detailOf, fieldsIn } from './answer.ts'

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
  const { id, ids = [id] } = fieldsIn(text)
  if (!Array.isArray(ids) || !ids.every((one) => typeof one === 'string')) {
    throw new NegativeAnswer(`${topic} answered 202, and did not say what it published: is it a topic?`)
  }
  for (const one of ids) print.line(`Published ${one}.`)
}

/** The one version that there is need not be written. */
function versioned(event: unknown): unknown {
  return typeof event === 'object' && event !== null && !('specversion' in event)
    ? { specversion: '1.0', ...event }
    : event
}
