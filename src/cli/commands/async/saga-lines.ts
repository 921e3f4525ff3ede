/** A saga as it is shown to a person. */
import type { SagaView } from '../../../admin/client.ts'
import { ageOf } from '../../print/age.ts'
import type { Styled } from '../../print/style.ts'

export function sagaLines(one: SagaView, now: number): Styled[] {
  const { saga, version, state, step, because, waitsFor, traceId, cancelledBy, decided, startedAt, endedAt, engine } =
    one
  const facts = [
    ['step', step],
    ['because', because],
    ['waits for', waitsFor === null ? null : `an event "${waitsFor}"`],
    ['cancelled by', cancelledBy],
    ['decided', decided],
    ['started', `${ageOf(now - Date.parse(startedAt))} ago`],
    ['ended', endedAt],
    ['trace', traceId],
    ['workflow', engine && [engine.status, engine.error].filter(Boolean).join(': ')],
  ] as const
  return [
    [{ text: `${saga}, version ${version}: ${state}`, style: state === 'completed' ? 'good' : 'strong' }],
    ...facts.flatMap(([name, value]) => (value ? [`  ${name.padEnd(12)} ${value}`] : [])),
  ]
}
