/** Tells what would become of a request. It goes down the stack of the data plane, once for each backend that it may be led to, and is not sent. */
import { MeshError } from '../../core/errors.ts'
import { receipt } from '../../core/receipt.ts'
import { open } from '../../features/route/split.ts'
import { policyOf } from '../../record/fields.ts'
import type { Rule } from '../../record/rule.ts'
import { pickHeaders } from '../../wire/picked.ts'
import { accept } from '../accept.ts'
import { named } from '../call-context.ts'
import type { LiveService } from '../live-service.ts'
import { everything } from '../routes.ts'
import { candidatesTold } from './candidates.ts'
import type { AccessTold, Decision, Lead, Outcome, Refused } from './decision.ts'
import { filtersTold } from './filters-told.ts'
import { type Layer, policyTold } from './policy-told.ts'
import { type Asked, askedOf, type Question } from './question.ts'
import { type Place, type Teller, teller } from './teller.ts'
import { type AskedRecord, type Watch, watch } from './watched.ts'
import { labelOf, rulesTold } from './why.ts'

/** One way down the stack. */
interface Run {
  readonly watch: Watch
  readonly names: readonly string[]
  readonly key: string | undefined
  readonly revision: string | undefined
  readonly outcome: Outcome
  readonly access: readonly AccessTold[] | undefined
}

/** @throws {MeshError} `service_not_named` for a question that means no service; and what the registry throws. */
export async function decide(question: Question, place: Place): Promise<Decision> {
  const sent: { host: string; path: string }[] = []
  const telling = teller(place, async (_, { name, path }) => {
    sent.push({ host: name, path })
    return new Response()
  })
  const { hosts, settings, registry } = telling
  const asked = askedOf(question, hosts, settings.domain)

  const first = await run(0)
  const runs = [first]
  for (let turn = 1; turn < (first.watch.open?.length ?? 1); turn++) runs.push(await run(turn))
  const leads = runs.flatMap((run) => leadOf(run, asked, telling, place) ?? [])
  const { outcome, names, key, revision } = first
  const said = runs.flatMap(({ access = [] }) => access)
  const { name, path } = asked.called
  return {
    request: { method: asked.request.method, name, path },
    names,
    key,
    revision,
    read: registry.keys(),
    records: first.watch.records.map(recordTold),
    leads,
    ...(said.length === 0
      ? {}
      : { access: said.filter((one, at) => said.findIndex((other) => isSame(one, other)) === at) }),
    ...(leads.length === 0 ? { refused: outcome as Refused } : {}),
  }

  async function run(turn: number): Promise<Run> {
    const seen = watch(turn)
    telling.services.begin(seen)
    sent.length = 0
    const noted = receipt()
    const outcome = await outcomeOf(down(asked, noted, telling), sent)
    registry.assertRead()
    const access = noted.access?.map((note): AccessTold => {
      const unsure = seen.unsure.get(note.record)
      return unsure ? { ...note, effect: 'unknown', ...unsure } : note
    })
    return { watch: seen, names: noted.path, key: noted.key, revision: noted.revision, outcome, access }
  }
}

function isSame(one: AccessTold, other: AccessTold): boolean {
  return one.record === other.record && one.rule === other.rule
}

function down({ request, called, caller }: Asked, noted: ReturnType<typeof receipt>, { settings, call }: Teller) {
  const defer = (work: Promise<unknown>) => void work.catch(() => {})
  const proof = caller === undefined ? 'none' : 'binding'
  const from = accept(request, { trusted: caller !== undefined, caller, proof, defer }, settings)
  const { trace, deadline, priority } = from
  const headers = pickHeaders(request.headers)
  const { name, path, mountLength } = called
  const more = { trace, deadline, priority, defer, signals: () => [] }
  return call(request, named(from, { name, caller, proof, path, mountLength, headers, receipt: noted, ...more }))
}

async function outcomeOf(answer: Promise<Response>, sent: readonly { host: string; path: string }[]): Promise<Outcome> {
  try {
    const { status, headers } = await answer
    const [to] = sent
    if (to) return { is: 'sent', ...to }
    return { is: 'answered', status, location: headers.get('location') ?? undefined }
  } catch (error) {
    if (!(error instanceof MeshError)) throw error
    return { is: 'refused', code: error.code, status: error.meaning.status, detail: error.message }
  }
}

/** Where a request was led; `undefined` where it was led nowhere. */
function leadOf(
  { watch, key, outcome }: Run,
  { request }: Asked,
  { services, settings }: Teller,
  place: Place,
): Lead | undefined {
  const last = watch.records.at(-1)
  const { taken, open: choice, reached } = watch
  const route = taken === undefined ? undefined : last?.route
  // A record without rules leads to its endpoints; so does a wildcard without, which is asked where no rule matches.
  const isPlain = taken === undefined && key !== undefined && last?.found.key !== key
  if (!route && !isPlain) return undefined
  const way = taken === undefined ? undefined : route?.ways[taken]
  const rule = last && route && ruleOf(last)
  const backend = rule?.backendRefs?.[taken as number]
  const filters = [...(rule?.filters ?? []), ...(backend?.filters ?? [])]
  const service = reached ?? (isPlain ? services.serviceAt(key) : undefined)
  const found = service && services.foundOf(service)
  const weights = route && open(route.ways).reduce((sum, { weight }) => sum + weight, 0)
  const isKept = route !== undefined && choice === undefined
  return {
    rule: route?.label ?? (last && everything.label),
    backend: way?.name,
    share: isKept || !way || !weights ? 1 : way.weight / weights,
    ...(isKept ? { isKept } : {}),
    filters: filtersTold(filters, request),
    key: found?.key,
    revision: found?.revision,
    candidates: service ? candidatesTold(service, place.installation !== undefined) : [],
    policy: service ? policyTold(layersOf(settings.defaults, service, rule, route?.label)) : [],
    outcome,
  }
}

function layersOf(
  defaults: Layer['written'],
  { record }: LiveService,
  rule: Rule | undefined,
  label: string | undefined,
): Layer[] {
  const own = rule && policyOf(rule)
  const layers = [
    { source: 'MESH_DEFAULTS', written: defaults },
    { source: 'record', written: record.policy },
  ]
  return own ? [...layers, { source: `rule ${label}`, written: own }] : layers
}

function ruleOf({ found, route }: AskedRecord): Rule | undefined {
  return found.record.rules?.find((rule, index) => labelOf(rule, index) === route?.label)
}

function recordTold({ found, asked, route }: AskedRecord) {
  const { key, revision, record } = found
  return { key, revision, rules: rulesTold(record.rules ?? [], asked, route?.label) }
}
