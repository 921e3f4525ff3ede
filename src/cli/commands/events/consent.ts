/** `selvedge events consent`: do the sinks outside the mesh agree to be sent events? */
import { NegativeAnswer } from '../../../manifest/yaml/negative-answer.ts'
import { EVENTS, eventKeys } from '../../../record/events/event-key.ts'
import { askedSinks } from '../../consent/sinks.ts'
import { everyRecord } from '../../every-record.ts'
import { show } from '../../print/show.ts'
import type { Session } from '../../session.ts'

export async function consent(type: string | undefined, session: Session): Promise<void> {
  const { print, client } = session
  const wanted = type === undefined ? undefined : new Set(eventKeys(type))
  const records = (await everyRecord(client(), print, EVENTS)).filter(({ name }) => wanted?.has(name) ?? true)
  const { sinks: asked, left } = await askedSinks(
    records.map(({ record }) => record),
    session,
  )
  await show(session, {
    value: asked,
    rows: asked,
    columns: [
      { name: 'ID', of: ({ id }) => id },
      { name: 'ADDRESS', of: ({ address }) => address },
      { name: 'ORIGIN', of: ({ origin }) => origin },
      { name: 'CONSENT', of: ({ isGiven }) => (isGiven ? 'given' : 'none') },
      { name: 'ANSWER', of: ({ told }) => told },
    ],
    none: 'No subscription leads out of the mesh.',
  })
  if (left > 0) print.tell(`${left} further addresses were not asked: name a type to ask fewer.`)
  const refused = asked.filter(({ isGiven }) => !isGiven).length
  if (refused > 0) throw new NegativeAnswer(`${refused} of ${asked.length} addresses did not consent.`)
}
