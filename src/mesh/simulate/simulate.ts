/** Replays shapes of requests against records as they are and as they would be: who moves where, and who is led nowhere. */
import type { Shape } from '../../telemetry/shape/shape.ts'
import type { Destination, End, Predictor } from './destination.ts'
import { CannotTell } from './shape-asked.ts'
import { type Shift, shiftsOf } from './shift.ts'
import type { Counts, Move, ServiceSimulation, Simulation, Spot } from './simulation.ts'

/** A shape, and how many requests it stands for. */
export interface Counted {
  readonly shape: Shape
  readonly requests: number
}

/** Moves of a service, and endpoints of a spot, that are told. */
const MOST_MOVES = 50
const MOST_ENDPOINTS = 20
const MOST_CALLERS = 10

export async function simulate(counted: Iterable<Counted>, before: Predictor, after: Predictor): Promise<Simulation> {
  const services = new Map<string, Tally>()
  const memo = new WeakMap<Destination, WeakMap<Destination, readonly Shift[]>>()
  const shifts = (was: Destination, will: Destination) => {
    const others = memo.get(was) ?? new WeakMap<Destination, readonly Shift[]>()
    memo.set(was, others)
    const known = others.get(will) ?? shiftsOf(was, will)
    others.set(will, known)
    return known
  }
  let shapes = 0
  for (const { shape, requests } of counted) {
    shapes += 1
    const tally = services.get(shape.service) ?? newTally()
    services.set(shape.service, tally)
    tally.requests += requests
    try {
      const was = await before.of(shape)
      for (const shift of shifts(was, await after.of(shape))) note(tally, shift, shape, requests)
    } catch (error) {
      if (!(error instanceof CannotTell)) throw error
      tally.unknown += requests
      tally.untold[error.message] = (tally.untold[error.message] ?? 0) + requests
    }
  }
  const told = [...services]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, tally]) => toldOf(name, tally))
  return { shapes, ...sumOf(told), services: told }
}

interface Moving {
  readonly shift: Shift
  readonly kind: Move['kind']
  readonly example: Move['example']
  readonly callers: Set<string>
  requests: number
}

interface Tally extends Record<keyof Counts, number> {
  readonly untold: Record<string, number>
  readonly moves: Map<string, Moving>
}

function newTally(): Tally {
  return { requests: 0, moved: 0, broken: 0, mended: 0, unknown: 0, untold: {}, moves: new Map() }
}

function note(tally: Tally, shift: Shift, { method, path, caller = '' }: Shape, requests: number): void {
  const { from, to, share } = shift
  const kind = !from.error && to.error ? 'broken' : from.error && !to.error ? 'mended' : 'moved'
  const moving = requests * share
  tally[kind] += moving
  const key = JSON.stringify([spotOf(from), spotOf(to)])
  const known = tally.moves.get(key)
  if (known) {
    known.requests += moving
    if (known.callers.size < MOST_CALLERS) known.callers.add(caller)
  } else tally.moves.set(key, { shift, kind, example: { method, path }, callers: new Set([caller]), requests: moving })
}

function toldOf(name: string, { moves, requests, ...counts }: Tally): ServiceSimulation {
  const all = [...moves.values()].sort((one, other) => other.requests - one.requests)
  return {
    name,
    requests,
    ...counts,
    moves: all.slice(0, MOST_MOVES).map(({ shift: { from, to }, kind, example, callers, requests: moving }) => ({
      kind,
      from: spotOf(from),
      to: spotOf(to),
      requests: moving,
      percent: (100 * moving) / requests,
      example,
      ...(isDenied(to) && { callers: [...callers].sort() }),
    })),
    more: Math.max(0, all.length - MOST_MOVES),
  }
}

function isDenied({ error }: End): boolean {
  return error?.code === 'caller_denied' || error?.code === 'caller_unknown'
}

function spotOf({ record, rule, backend, endpoints, answered, error }: End): Spot {
  const names = endpoints.map(([id]) => id)
  const told = names.slice(0, MOST_ENDPOINTS)
  if (names.length > MOST_ENDPOINTS) told.push(`${names.length - MOST_ENDPOINTS} more`)
  return { record, rule, backend, endpoints: told, answered, error }
}

function sumOf(services: readonly ServiceSimulation[]): Counts {
  const sum = (pick: keyof Counts) => services.reduce((sum, one) => sum + one[pick], 0)
  return {
    requests: sum('requests'),
    moved: sum('moved'),
    broken: sum('broken'),
    mended: sum('mended'),
    unknown: sum('unknown'),
  }
}
