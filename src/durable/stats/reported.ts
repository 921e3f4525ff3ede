/** What a function with the library tells, as it is kept: under the name that its binding says, whatever the digest says of that. */
import { isReference } from '../../core/endpoint.ts'
import { type NumbersDigest, OTHER, type ServiceNumbers } from '../../telemetry/numbers/numbers-digest.ts'
import { reportedKey } from '../../telemetry/numbers/reporters.ts'
import { endsOf, sumOf } from '../../telemetry/numbers/sum.ts'
import { type VerdictOf, verdictOf } from '../../telemetry/numbers/verdicts.ts'

/** Its calls, of which it is the one caller. What is no name of a record is counted as other. */
export function asSource(caller: string, { services, overflow }: NumbersDigest): NumbersDigest {
  const byName = new Map<string, ServiceNumbers[]>()
  for (const [said, numbers] of Object.entries(services)) {
    const service = isRecordName(said) ? said : OTHER
    const callers = { [caller]: endsOf(Object.values(numbers.callers)) }
    const all = byName.get(service) ?? []
    all.push({ ...believed(numbers, (verdict) => verdict.caller === caller), callers })
    byName.set(service, all)
  }
  const kept = [...byName].map(([service, all]) => {
    const [first] = all
    return [reportedKey({ service, reporter: 'source' }), { ...sumOf(all), slowest: first?.slowest }] as const
  })
  return { services: Object.fromEntries(kept), overflow }
}

/** What it was asked itself. */
export function asDestination(service: string, { services, overflow }: NumbersDigest): NumbersDigest {
  const all = Object.values(services).map((numbers) => believed(numbers, ({ record }) => record === service))
  const key = reportedKey({ service, reporter: 'destination' })
  return { services: { [key]: { ...sumOf(all), slowest: all[0]?.slowest } }, overflow }
}

/** What records said of others than the function itself, it cannot know; nor who takes which events. */
function believed(numbers: ServiceNumbers, isOwn: (verdict: VerdictOf) => boolean): ServiceNumbers {
  const { unclaimed: _, access = {}, ...counted } = numbers
  const own = Object.entries(access).filter(([key]) => isOwn(verdictOf(key)))
  return { ...counted, access: Object.fromEntries(own) }
}

function isRecordName(said: string): boolean {
  return said === '' || isReference(said.startsWith('*.') ? said.slice(2) : said)
}
