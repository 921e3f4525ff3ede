/** A real mesh in virtual time: the very stacks that serve traffic, over a network and endpoints that are drawn. */
import type { Clock } from '../core/time/clock.ts'
import { seeded } from '../core/time/random.ts'
import { virtualClock } from '../core/time/virtual-clock.ts'
import { memoryRegistry } from '../registry/memory.ts'
import { addressOf, endpointAddress, pathStart } from './address.ts'
import { backend, type Job } from './backend.ts'
import { type Contender, selvedge } from './contender.ts'
import { fork } from './draw.ts'
import { sharedLearning } from './fleet/shared-learning.ts'
import { ledger } from './ledger.ts'
import { type Destination, fetchOver, type Sent } from './network.ts'
import { backendsOf, isAlias, isBackend, isRouted, isTier, placesOf, recordOf } from './record.ts'
import { type Report, reportOf } from './report.ts'
import type { Scenario } from './scenario.ts'
import { tier } from './tier.ts'
import { turns } from './turns.ts'
import { USER, users } from './users.ts'

export type { Contender, Report, Scenario }

export interface SimulateOptions {
  /** Chance follows from it: the same seed gives the same report. Default 1. */
  seed?: number
  /** Whose rules are tried. Default: the mesh's own. */
  contender?: Contender
}

/**
 * @throws {TypeError} for a scenario that names what is not there.
 * @example
 * const report = await simulate(scenario, { seed: 7 })
 * report.load.meanDuringFault
 */
export async function simulate(scenario: Scenario, options: SimulateOptions = {}): Promise<Report> {
  const { seed = 1, contender = selvedge } = options
  const { services, durationMs, network = {}, faults = [], edits = [] } = scenario
  check(scenario)
  const clock = virtualClock({ startAt: 0, flush: turns() })
  const chance = seeded(seed)
  // Each has chance of its own: the same users come, whoever's rules are tried.
  const usersChance = fork(chance)
  const destinations = new Map<string, Destination>()
  const fetch = fetchOver({ destinations, network, tells: contender.tells, clock, random: fork(chance) })
  const registry = memoryRegistry()
  const places = placesOf(services, scenario.leaf)
  const placeOf = new Map(places.flatMap((all, index) => all.map((address) => [address, index] as const)))
  const book = ledger(Math.ceil(durationMs / 1000), places.length)

  for (const [name, service] of Object.entries(services)) {
    const random = fork(chance)
    registry.set(name, recordOf(name, service, contender.policy))
    if (isTier(service)) {
      const shared = contender.isAlone ? undefined : sharedLearning(scenario, registry, clock)
      const areKeyed = scenario.users.keys !== undefined
      const world = { registry, contender, clock, random, fetch, shared, areKeyed }
      destinations.set(addressOf(name), tier(service, name === scenario.users.call, world))
    }
    if (!isBackend(service)) continue
    service.endpoints.forEach((given, index) => {
      const befall = faults.filter((fault) => fault.backend === name && (fault.endpoints?.includes(index) ?? true))
      const receive = backend(given, befall, clock, random)
      const address = endpointAddress(name, index)
      const place = placeOf.get(address)
      destinations.set(address, (sent) => {
        if (place !== undefined) book.attempt(clock.now(), place, sent.headers?.get(USER))
        receive(jobOf(sent, clock))
      })
    })
  }

  for (const { atMs, service, to } of edits) {
    clock.after(atMs, () => registry.set(service, recordOf(service, to, contender.policy)))
  }
  users(scenario, fetch, book, clock, usersChance)
  await clock.advance(durationMs + scenario.users.withinMs)
  return reportOf(scenario, contender.name, seed, book)
}

function jobOf({ url, headers, signal, answer }: Sent, clock: Clock): Job {
  const timeoutMs = headers?.get('selvedge-timeout-ms')
  return {
    deadlineAt: timeoutMs ? clock.now() + Number(timeoutMs) : Number.POSITIVE_INFINITY,
    isCancelled: () => signal?.aborted ?? false,
    path: url.slice(pathStart(url)),
    answer: (status, headers) => answer(new Response(null, { status, ...(headers && { headers }) })),
  }
}

/** A slip of the pen would run for a minute and mean nothing. */
function check({ name, services, users, leaf, faults = [], edits = [] }: Scenario): void {
  const all = [...Object.values(services), ...edits.map(({ to }) => to)]
  const called = all.filter(isTier).flatMap(({ calls }) => calls)
  const routed = all.filter(isRouted).flatMap(backendsOf)
  const aliased = all.filter(isAlias).flatMap(({ alias }) => alias)
  const befallen = [...faults.map(({ backend }) => backend), ...edits.map(({ service }) => service)]
  const named = [users.call, leaf, ...called, ...routed, ...aliased, ...befallen]
  const missing = named.find((one) => !services[one])
  if (missing !== undefined)
    throw new TypeError(`Scenario "${name}" names "${missing}", which is none of its services.`)
}
