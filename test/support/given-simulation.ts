/** Simulations to test with, as the API answers them. */
import type { Move, ServiceSimulation, SimulationView } from '../../src/admin/client.ts'

export function givenMove(over: Partial<Move> = {}): Move {
  return {
    kind: 'moved',
    from: { record: 'services/users', backend: 'services/users', endpoints: ['https://a.example'] },
    to: { record: 'services/users', rule: 'rules[0]', backend: 'v2', endpoints: ['https://b.example'] },
    requests: 30,
    percent: 30,
    example: { method: 'GET', path: '/a' },
    ...over,
  }
}

export const LOST: Partial<Move> = {
  kind: 'broken',
  to: { record: 'services/users', endpoints: [], error: { code: 'route_not_found', status: 404 } },
  requests: 12,
  percent: 12,
  example: { method: 'GET', path: '/b' },
}

export function givenService(moves: readonly Move[], over: Partial<ServiceSimulation> = {}): ServiceSimulation {
  const sum = (kind: Move['kind']) => moves.reduce((sum, move) => (move.kind === kind ? sum + move.requests : sum), 0)
  return {
    name: 'users',
    requests: 100,
    moved: sum('moved'),
    broken: sum('broken'),
    mended: sum('mended'),
    unknown: 0,
    moves,
    more: 0,
    untold: {},
    ...over,
  }
}

export function givenSimulation(services: readonly ServiceSimulation[]): SimulationView {
  const sum = (pick: 'requests' | 'moved' | 'broken' | 'mended' | 'unknown') =>
    services.reduce((sum, one) => sum + one[pick], 0)
  return {
    recordedSince: '2026-11-29T00:00:00.000Z',
    shapes: services.length,
    requests: sum('requests'),
    moved: sum('moved'),
    broken: sum('broken'),
    mended: sum('mended'),
    unknown: sum('unknown'),
    services,
  }
}
