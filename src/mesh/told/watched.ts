/** The services of an isolate, watched: it is noted which rules a call asks and where it is led, and said which backend it takes. */
import type { Judge } from '../../features/access/judge.ts'
import type { Asked } from '../../features/route/asked.ts'
import type { Route, Weighed } from '../../features/route/routes.ts'
import { open } from '../../features/route/split.ts'
import type { Found } from '../../registry/known.ts'
import type { LiveService, Way } from '../live-service.ts'
import type { Services } from '../services.ts'
import { claimsUnknown, type Unsure } from './claims.ts'

/** A record whose rules were asked. */
export interface AskedRecord {
  readonly found: Found
  readonly asked: Asked
  /** `undefined` where none matched, or the request is too long for the rules to read. */
  route: Route<Way> | undefined
}

/** What one call has shown. */
export interface Watch {
  /** Which of the backends that may be chosen is taken. */
  readonly turn: number
  readonly records: AskedRecord[]
  /** Those that could be chosen; `undefined` where nothing was to choose. */
  open: readonly Weighed<Way>[] | undefined
  /** The number of the way that was taken among those of its rule. */
  taken: number | undefined
  /** The service that it is led to, without the rule's policy. */
  reached: LiveService | undefined
  /** Verdicts that depend on claims, by the key of the record. */
  readonly unsure: Map<string, Unsure>
}

export function watch(turn: number): Watch {
  return { turn, records: [], open: undefined, taken: undefined, reached: undefined, unsure: new Map() }
}

export interface WatchedServices extends Services {
  /** What is noted from here on. */
  begin(watch: Watch): void
  /** The service of a record that was read. */
  serviceAt(key: string): LiveService | undefined
  /** The record that a service was made of. */
  foundOf(service: LiveService): Found | undefined
}

export function watchedServices(services: Services): WatchedServices {
  const known = new WeakMap<LiveService, LiveService>()
  const founds = new WeakMap<LiveService, Found>()
  const byKey = new Map<string, LiveService>()
  let now = watch(0)

  function watched(service: LiveService, found: Found): LiveService {
    const { routes } = service
    const judged = service.judge ? { ...service, judge: judgeOf(service, service.judge, found.key) } : service
    if (!routes) return judged
    return {
      ...judged,
      routes: {
        find(asked) {
          const record: AskedRecord = { found, asked, route: undefined }
          now.records.push(record)
          record.route = routes.find(asked)
          return record.route && routeOf(record.route)
        },
      },
    }
  }

  /** Goes on as if a token said what would let the caller in: what comes of it then is told, too. */
  function judgeOf({ access }: LiveService, judge: Judge<Asked>, key: string): Judge<Asked> {
    const unsureOf = claimsUnknown(access)
    return {
      mode: judge.mode,
      judge(caller, asked, claims) {
        const unsure = unsureOf(caller, asked)
        if (!unsure) return judge.judge(caller, asked, claims)
        now.unsure.set(key, unsure)
        return { effect: 'allow', rule: unsure.rule, wantsName: false }
      },
    }
  }

  function routeOf(route: Route<Way>): Route<Way> {
    const ways = route.ways.map(({ name, weight, way }, index) => ({
      name,
      weight,
      /** Asked for of the one that is taken alone. */
      get way() {
        now.taken = index
        return wayOf(way)
      },
    }))
    return {
      ...route,
      ways,
      choose() {
        now.open = open(ways)
        return now.open[now.turn]
      },
    }
  }

  function wayOf(way: Way): Way {
    const under = (service: LiveService) => {
      now.reached = service
      return way.under(service)
    }
    // No copies are sent of what is not sent.
    return { ...way, mirrors: undefined, under }
  }

  return {
    ruled: services.ruled,
    copied: services.copied,
    all: () => byKey.values(),
    of(found) {
      const service = services.of(found)
      const same = known.get(service) ?? watched(service, found)
      known.set(service, same)
      founds.set(same, found)
      byKey.set(found.key, same)
      return same
    },
    begin(watch) {
      now = watch
    },
    serviceAt: (key) => byKey.get(key),
    foundOf: (service) => founds.get(service),
  }
}
