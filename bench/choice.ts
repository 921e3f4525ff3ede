/** What the choice of a rule costs alone, among many more matches than a record may have. */
import { type Asked, asked } from '../src/features/route/asked.ts'
import { matcher } from '../src/features/route/match.ts'
import type { Match } from '../src/features/route/policy.ts'
import { lowerQuartile } from './statistics.ts'

export const COUNT = 2000
const many = (match: (index: number) => Match): Match[] => Array.from({ length: COUNT }, (_, index) => match(index))
const expression = (value: string): Match => ({ path: { type: 'RegularExpression', value } })

/** So many matches as no record may have, and requests of which the last meets none. */
const choices: readonly { readonly title: string; readonly matches: Match[]; readonly requests: Asked[] }[] = [
  {
    title: 'exact paths',
    matches: many((index) => ({ path: { type: 'Exact', value: `/service-${index}/users` } })),
    requests: [to('/service-17/users'), to('/service-1999/users'), to('/none')],
  },
  {
    title: 'prefixes',
    matches: many((index) => ({ path: { type: 'PathPrefix', value: `/service-${index}` } })),
    requests: [to('/service-17/users/42'), to('/service-1999/a/b/c'), to('/none/a/b')],
  },
  {
    title: 'values of a header',
    matches: many((index) => ({ headers: [{ name: 'x-tenant', value: `t${index}` }] })),
    requests: [to('/', 't17'), to('/users/42', 't1999'), to('/')],
  },
  {
    title: 'expressions, different at the front',
    matches: many((index) => expression(`/service-${index}/users/[0-9]+`)),
    requests: [to('/service-17/users/42'), to('/service-1999/users/7'), to('/service-1/none')],
  },
  {
    title: 'expressions, different at the end',
    matches: many((index) => expression(`/v[12]/[^/]+/thing-${index}`)),
    requests: [to('/v1/acme/thing-17'), to('/v2/evil/thing-1999'), to('/v1/acme/none')],
  },
  {
    title: 'expressions that ignore case',
    matches: many((index) => expression(`(?i)/.*/thing-${index}(/.*)?`)),
    requests: [to('/a/b/Thing-17/x'), to('/a/THING-1999'), to('/a/b/none')],
  },
]

export interface Choice {
  readonly title: string
  readonly us: number
  /** The first look at the rules compiles them. */
  readonly firstMs: number
}

export function measureChoices(): Choice[] {
  return choices.map(({ title, matches, requests }) => ({ title, ...measureChoice(matches, requests) }))
}

function measureChoice(matches: Match[], requests: readonly Asked[]): { us: number; firstMs: number } {
  const match = matcher(matches.map((match) => ({ matches: [match] })))
  const startedAt = performance.now()
  const found = requests.map(match)
  const firstMs = performance.now() - startedAt
  // The right one of all, and none for the last request.
  if (found.join() !== '17,1999,-1') throw new Error(`The rules ${found.join()} were chosen.`)
  const samples: number[] = []
  for (let round = 0; round < 60; round++) {
    const from = performance.now()
    for (let count = 0; count < 200; count++) for (const request of requests) match(request)
    samples.push(((performance.now() - from) * 1000) / 200 / requests.length)
  }
  return { us: lowerQuartile(samples.slice(10)), firstMs }
}

function to(path: string, tenant?: string): Asked {
  const headers = new Headers(tenant === undefined ? {} : { 'x-tenant': tenant })
  return asked(new Request(`http://users${path}`, { headers }), path, 'users')
}
