/** What a function with the library tells, as it is kept: under the name that its binding says, whatever the digest says of that. */
import { isReference } from '../../core/endpoint.ts'
import { type NumbersDigest, OTHER, type ServiceNumbers } from '../../telemetry/numbers/numbers.ts'
import { reportedKey } from '../../telemetry/numbers/reporters.ts'
import { endsOf, sumOf } from '../../telemetry/numbers/sum.ts'

/** Its calls, of which it is the one caller. What is no name of a record is counted as other. */
export function asSource(caller: string, { services, overflow }: NumbersDigest): NumbersDigest {
  const byName = new Map<string, ServiceNumbers[]>()
  for (const [said, numbers] of Object.entries(services)) {
    const service = isRecordName(said) ? said : OTHER
    const callers = { [caller]: endsOf(Object.values(numbers.callers)) }
    const all = byName.get(service) ?? []
    all.push({ ...numbers, callers })
    byName.set(service, all)
  }
  const kept = [...byName].map(([service, all]) => [reportedKey({ service, reporter: 'source' }), sumOf(all)] as const)
  return { services: Object.fromEntries(kept), overflow }
}

/** What it was asked itself. */
export function asDestination(service: string, { services, overflow }: NumbersDigest): NumbersDigest {
  const key = reportedKey({ service, reporter: 'destination' })
  return { services: { [key]: sumOf(Object.values(services)) }, overflow }
}

function isRecordName(said: string): boolean {
  return said === '' || isReference(said.startsWith('*.') ? said.slice(2) : said)
}
