/** Where a request of a shape goes, by the decisions of the data plane: resolver, rules, weights, and which endpoints can be reached. */
import { never } from '../../core/deadline.ts'
import { subrequests } from '../../core/engine/subrequests.ts'
import { MeshError, type MeshErrorCode } from '../../core/errors.ts'
import { silent } from '../../core/log.ts'
import { receipt } from '../../core/receipt.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Random } from '../../core/time/random.ts'
import { admit } from '../../features/access/admit.ts'
import type { Route, Weighed } from '../../features/route/routes.ts'
import type { Registry } from '../../registry/registry.ts'
import { snapshot } from '../../registry/snapshot.ts'
import { everyBinding, standIns } from '../../targets/installed/stand-ins.ts'
import { unreachableBecause } from '../../targets/roads.ts'
import type { Shape } from '../../telemetry/shape/shape.ts'
import type { Installation } from '../../wire/installation.ts'
import type { LiveService, Way } from '../live-service.ts'
import { type Called, resolver } from '../resolver.ts'
import { everything } from '../routes.ts'
import { services } from '../services.ts'
import { claimsUnknown, type UnsureOf } from '../told/claims.ts'
import { defaultsOf } from '../told/teller.ts'
import { access } from '../trust/access.ts'
import { assertAccessTold, assertTold, CannotTell, shapeAsked } from './shape-asked.ts'

/** One of the places that a request may be led to. */
export interface End {
  /** Its share of the requests, above 0 up to 1. */
  readonly share: number
  /** The key of the record whose rules decide, and the rule, where it has any. */
  readonly record?: string | undefined
  readonly rule?: string | undefined
  /** The service whose endpoints are meant. */
  readonly backend?: string | undefined
  /** Its endpoints that can be reached, each with its share of these requests. */
  readonly endpoints: readonly (readonly [id: string, share: number])[]
  /** A filter of the rule answers: nothing is sent. */
  readonly answered?: 'redirect' | 'preflight' | undefined
  /** It is led nowhere: the caller gets this error of the mesh. */
  readonly error?: { readonly code: MeshErrorCode; readonly status: number } | undefined
}

/** Ends whose shares come to 1. Equal destinations are often one and the same value. */
export type Destination = readonly End[]

export interface Place {
  readonly registry: Registry
  /** What the Worker of the mesh has. Where nobody has said it, every binding is taken for there. */
  readonly installation?: Installation | undefined
  readonly clock: Clock
  readonly random: Random
}

export interface Predictor {
  /** @throws {CannotTell} where that hangs on something that was not recorded. */
  of(shape: Shape): Promise<Destination>
}

/** Nothing changes while it is asked. */
const FRESH_MS = 3_600_000
const READ_MS = 5_000
const MOST_NAMES = 100_000

/** @throws {MeshError} `record_invalid` where `MESH_DEFAULTS` of the installation is not understood. */
export function predictor({ registry, installation, clock, random }: Place): Predictor {
  const here = {
    bindings: installation ? standIns(installation.bindings) : everyBinding(),
    hasCloud: installation?.cloud ?? true,
    // An older mesh does not say it, and has none.
    hasTopics: installation ? installation.topics === true : true,
  }
  const records = snapshot(
    { subrequestsPerRead: 0, read: (keys) => registry.read(keys) },
    { freshMs: FRESH_MS, maxStaleMs: FRESH_MS, readMs: READ_MS, maxRecords: MOST_NAMES },
  )
  const known = services({
    clock,
    random,
    defaults: defaultsOf(installation),
    maxRecords: MOST_NAMES,
    trust: access,
    unreachableBecause: (target) => unreachableBecause(target, here),
  })
  const find = resolver(records, known)
  const plain = new Map<LiveService, Destination>()
  const unsure = new Map<LiveService, UnsureOf>()
  const ruled = new Map<Route<Way>, Map<LiveService, Destination>>()
  /** Has one of the backends of the rule that was asked last a say in who may call? */
  let isGuarded = false

  /**
   * @throws {MeshError} where its record does not let the caller do this.
   * @throws {CannotTell} where that hangs on what was not recorded, as the claims of a token.
   */
  function admitted(service: LiveService, shape: Shape): void {
    const { judge, record, recordKey } = service
    if (!judge) return
    assertAccessTold(shape, record.policy.access?.rules ?? [])
    const { caller } = shape
    const asked = shapeAsked(shape)
    const unsureOf = unsure.get(service) ?? claimsUnknown(service.access)
    unsure.set(service, unsureOf)
    // Of a record on trial nobody is refused, whatever a token says.
    if (judge.mode === 'enforce' && unsureOf(caller, asked)) throw new CannotTell('claims')
    const by = { caller, proof: caller === undefined ? 'none' : 'binding', receipt: receipt() } as const
    admit({ judge, recordKey }, asked, by, silent)
  }

  async function led(shape: Shape, call: Called): Promise<Destination> {
    const { service, recordKey } = await find.called(call)
    if (!service.routes) admitted(service, shape)
    if (!service.routes) return endOf(plain, service, () => [reached(service, undefined, call)])
    return matched(shape, [service], recordKey, call)
  }

  /** As `features/route/filter.ts` does: where no rule matches, the less specific wildcards are asked. */
  async function matched(
    shape: Shape,
    asked: readonly LiveService[],
    recordKey: string,
    call: Called,
  ): Promise<Destination> {
    const service = asked.at(-1) as LiveService
    assertTold(shape, service.record.rules ?? [])
    const route = service.routes ? service.routes.find(shapeAsked(shape)) : everything
    // A hole in the rules is no hole in the policy: records whose rules did not match are asked, too. CORS answers before.
    const isOpen = isPreflight(shape) && route?.ways.some(({ way }) => way.cors)
    if (route && !isOpen) for (const one of asked) admitted(one, shape)
    if (route === everything) return endOf(plain, service, () => [reached(service, undefined, call)])
    if (route) return taken(shape, route, service, call)
    const wider = await find.wider(recordKey, call)
    if (!wider) throw new MeshError('route_not_found', `No rule matches ${shape.method} ${shape.path}.`)
    return matched(shape, [...asked, wider.service], wider.recordKey, call)
  }

  async function taken(shape: Shape, route: Route<Way>, service: LiveService, call: Called): Promise<Destination> {
    const open = route.ways.filter(({ weight }) => weight > 0)
    // Which backend its session keeps, only the ticket tells.
    if (route.session && route.ways.length > 1 && bringsTicket(shape, service)) throw new CannotTell('session')
    const isAnswered = isPreflight(shape) && route.ways.some(({ way }) => way.cors)
    const memo = ruled.get(route) ?? new Map<LiveService, Destination>()
    ruled.set(route, memo)
    const before = memo.get(service)
    if (before && !isAnswered) return before
    const sum = open.reduce((sum, { weight }) => sum + weight, 0)
    const made: End[] = []
    isGuarded = false
    const record = call.receipt.key
    const rule = route.label
    for (const way of open) {
      const end: End =
        isAnswered && way.way.cors
          ? { share: 1, record, rule, endpoints: [], answered: 'preflight' }
          : await wayEnd(way, rule, service, call, shape)
      made.push({ ...end, share: way.weight / sum })
    }
    if (open.length === 0) made.push({ ...failed('backend_not_found'), record, rule })
    // Where a backend says who may call, the next caller may be led elsewhere.
    if (!isAnswered && !isGuarded) memo.set(service, made)
    return made
  }

  async function wayEnd(
    { name, way }: Weighed<Way>,
    rule: string,
    service: LiveService,
    call: Called,
    shape: Shape,
  ): Promise<End> {
    const record = call.receipt.key
    if (way.redirect) return { share: 1, record, rule, endpoints: [], answered: 'redirect' }
    try {
      const backend = name === undefined ? service : await find.backend(name, call)
      // As `features/route/reach.ts` does: a rule leads to a service, or to endpoints that are there.
      if (!backend || (name === undefined && backend.record.endpoints.length === 0)) {
        return { ...failed('backend_not_found'), record, rule, backend: name }
      }
      if (backend.judge && backend !== service) {
        isGuarded = true
        // Its record judges the path as it is sent there.
        if (way.rewrite?.replace && backend.record.policy.access?.rules?.some(({ paths }) => paths))
          throw new CannotTell('path')
        admitted(backend, shape)
      }
      return { ...reached(backend, name, call), rule }
    } catch (error) {
      if (!(error instanceof MeshError)) throw error
      return { ...failed(error.code), record, rule, backend: name }
    }
  }

  function reached({ candidates }: LiveService, name: string | undefined, { receipt }: Called): End {
    const record = receipt.key
    const backend = name ?? record
    if (candidates.length === 0) return { ...failed('no_endpoint'), record, backend }
    const isAnyWeighed = candidates.some(({ endpoint }) => endpoint.weight > 0)
    const weights = candidates.map(({ endpoint }) => [endpoint.id, isAnyWeighed ? endpoint.weight : 1] as const)
    const sum = weights.reduce((sum, [, weight]) => sum + weight, 0)
    return { share: 1, record, backend, endpoints: weights.map(([id, weight]) => [id, weight / sum]) }
  }

  return {
    async of(shape) {
      const call: Called = {
        clock,
        deadline: never,
        subrequests: subrequests(Number.POSITIVE_INFINITY),
        defer: (work) => void work.catch(() => {}),
        name: shape.service,
        receipt: receipt(),
      }
      try {
        return await led(shape, call)
      } catch (error) {
        if (!(error instanceof MeshError)) throw error
        return [{ ...failed(error.code), record: call.receipt.key }]
      }
    },
  }
}

/** The same question as that of `features/cors/filter.ts`. */
function isPreflight({ method, headers }: Shape): boolean {
  return method === 'OPTIONS' && headers.includes('origin') && headers.includes('access-control-request-method')
}

function bringsTicket({ headers }: Shape, { record }: LiveService): boolean {
  return (record.rules ?? []).some(({ sessionPersistence: session }) => {
    if (!session) return false
    return headers.includes('header' in session ? session.header.name.toLowerCase() : 'cookie')
  })
}

function endOf<Key extends object>(memo: Map<Key, Destination>, key: Key, make: () => Destination): Destination {
  const made = memo.get(key) ?? make()
  memo.set(key, made)
  return made
}

function failed(code: MeshErrorCode): End {
  return { share: 1, endpoints: [], error: { code, status: new MeshError(code, '').meaning.status } }
}
