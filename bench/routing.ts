/** What rules cost: a warm call in this process with and without them, and the choice alone among many matches. */
import { type Asked, asked } from '../src/filters/route/asked.ts'
import { matcher } from '../src/filters/route/match.ts'
import { createMesh } from '../src/mesh/mesh.ts'
import type { Match } from '../src/policy/match.ts'
import { memoryRegistry } from '../src/registry/memory.ts'
import { atMost, type Section } from './report.ts'
import { lowerQuartile, median, seeded, shuffled } from './statistics.ts'

/** Calls of a sample, and samples of each variant. A sample is compared with those of its own round. */
const CALLS = 200
const ROUNDS = 150
/** The control is the same record once more; what it strays is noise, in µs. */
const SPREAD_US = 0.5

const upstream = { binding: 'UP' }
const here = { endpoints: [upstream] }
const path = (value: string) => ({ path: { type: 'PathPrefix', value } })
/** Sixteen rules of eight matches: as many as a record may have. The call is for the last. */
const full = Array.from({ length: 16 }, (_, rule) => ({
  matches: Array.from({ length: 8 }, (_, match) => path(rule === 15 && match === 7 ? '/users' : `/r${rule}/m${match}`)),
}))

const records = {
  plain: here,
  control: here,
  one: { ...here, rules: [{ matches: [path('/users')] }] },
  full: { ...here, rules: full },
}
type Variant = keyof typeof records
const titles: Record<Variant, string> = {
  plain: 'a record without rules',
  control: 'control: the same',
  one: 'one rule',
  full: '16 rules of 8 matches',
}

const COUNT = 2000
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
    matches: many((index) => path(`/service-${index}`) as Match),
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

export async function measureRouting(say: (line: string) => void): Promise<Section> {
  say(`routing: ${ROUNDS} rounds of ${CALLS} calls of each record`)
  const calls = await measureCalls()
  say(`routing: the choice among ${COUNT} matches`)
  const matched = choices.map(({ title, matches, requests }) => ({ title, ...measureChoice(matches, requests) }))
  const added = (name: Variant) => calls[name].addedUs
  const isJudged = Math.abs(added('control')) <= SPREAD_US
  const slowest = Math.max(...matched.map(({ us }) => us))
  return {
    title: 'Rules: µs a warm call in this process, over a binding that answers at once',
    table: [
      ['', 'µs', 'added', 'x'],
      ...(Object.keys(records) as Variant[]).map((name) => [
        titles[name],
        calls[name].us.toFixed(2),
        added(name).toFixed(2),
        calls[name].ratio.toFixed(3),
      ]),
      ...matched.map(({ title, us, firstMs }) => [
        `${COUNT} ${title}`,
        us.toFixed(2),
        `first ${firstMs.toFixed(0)} ms`,
        '',
      ]),
    ],
    notes: [`A record may have 128 matches; ${COUNT} are the choice alone. "first" compiles them, once a record.`],
    checks: [
      atMost('µs added by one rule', added('one'), 1, isJudged),
      atMost('µs added by 16 rules of 8 matches', added('full'), 2, isJudged),
      atMost(`µs of a choice among ${COUNT} matches, the slowest kind`, slowest, 5),
    ],
  }
}

async function measureCalls(): Promise<Record<Variant, { us: number; addedUs: number; ratio: number }>> {
  const names = Object.keys(records) as Variant[]
  const env = { UP: { fetch: async () => new Response(null) } }
  const mesh = createMesh({ registry: memoryRegistry(records), env, freshMs: 3_600_000 })
  const random = seeded(1)
  const rounds: Record<Variant, number>[] = []
  for (let round = -20; round < ROUNDS; round++) {
    const us = {} as Record<Variant, number>
    for (const name of shuffled(names, random)) us[name] = await sample(() => mesh.fetch(`http://${name}/users/42`))
    // The first rounds are for the compiler.
    if (round >= 0) rounds.push(us)
  }
  const figures = names.map((name) => {
    const of = (value: (round: Record<Variant, number>) => number) => median(rounds.map(value))
    return [
      name,
      {
        us: lowerQuartile(rounds.map((round) => round[name])),
        addedUs: of((round) => round[name] - round.plain),
        ratio: of((round) => round[name] / round.plain),
      },
    ] as const
  })
  return Object.fromEntries(figures) as Record<Variant, { us: number; addedUs: number; ratio: number }>
}

async function sample(call: () => Promise<Response>): Promise<number> {
  const before = cpuUs()
  for (let count = 0; count < CALLS; count++) {
    const { status } = await call()
    if (status !== 200) throw new Error(`A call was answered ${status}.`)
  }
  return (cpuUs() - before) / CALLS
}

/** Of this process: what others take of the machine is not counted. */
function cpuUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
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
