/** What others do in the mesh's place, as contenders. */
import type { Contender } from '../contender.ts'
import { anyOf, leastLoaded } from './balancers.ts'
import { envoy } from './envoy.ts'
import { finagle } from './finagle.ts'
import { grpcThrottle } from './grpc-throttle.ts'

/** None of the mesh's own rules but the one that is tried. */
const plain = { limits: { maxInFlight: 10_000 }, outlierDetection: { maxEjectionPercent: 0 } } as const
/** As often as gRPC and many a library would, each hop for itself. */
const thrice = { ...plain, retry: { attempts: 3 } } as const

/** Rules for retries. Hops do not know each other: each counts on its own. */
export const budgets: readonly Contender[] = [
  { name: 'no retries', policy: { ...plain, retry: { attempts: 0 } }, tells: false },
  { name: '3 retries', policy: { ...thrice, retryConstraint: 'off' }, tells: false },
  { name: 'Finagle 20 % + 10/s', policy: thrice, tells: false, rules: finagle },
  { name: 'Envoy 20 % + 3', policy: thrice, tells: false, rules: envoy },
  { name: 'gRPC throttle', policy: thrice, tells: false, rules: grpcThrottle },
]

/** Rules for the choice of an endpoint. */
export const balancers: readonly Contender[] = [
  { name: 'round robin', policy: { ...plain, loadBalancer: 'round-robin' }, tells: true },
  { name: 'random', policy: plain, tells: true, rules: (_, random) => ({ balancers: () => () => anyOf(random) }) },
  { name: 'least loaded of two', policy: { ...plain, loadBalancer: 'least-request' }, tells: true },
  {
    name: 'least loaded of all',
    policy: plain,
    tells: true,
    rules: (_, random) => ({ balancers: () => () => leastLoaded(random) }),
  },
  { name: 'peak EWMA alone', policy: plain, tells: true },
]
