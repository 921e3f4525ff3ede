/** What rules cost: a warm call in workerd with and without them, and the choice alone among many matches. */
import { type Asked, asked } from '../src/features/route/asked.ts'
import { matcher } from '../src/features/route/match.ts'
import type { Match } from '../src/features/route/policy.ts'
import { bundles } from './bundle.ts'
import { workerdConfig } from './config.ts'
import { atMost, type Section } from './report.ts'
import { lowerQuartile, mean, median, seeded, shuffled } from './statistics.ts'
import type { RecordName } from './variants/routing.ts'
import { startWorkerd, type Workerd } from './workerd.ts'

/**
 * Calls of a sample, and samples of each record. A sample is compared with those of its own round: the shorter they are, the
 * more alike is the machine's speed in all of them, and many even out when garbage is collected.
 */
const CALLS = 300
const ROUNDS = 700
const WARM_UP_ROUNDS = 150
/** The control is the same record once more; what it strays is noise, in µs. */
const SPREAD_US = 0.3

const titles: Record<RecordName, string> = {
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

export async function measureRouting(say: (line: string) => void): Promise<Section> {
  say(`routing: ${ROUNDS} rounds of ${CALLS} calls of each record`)
  const calls = await measureCalls()
  say(`routing: the choice among ${COUNT} matches`)
  const matched = choices.map(({ title, matches, requests }) => ({ title, ...measureChoice(matches, requests) }))
  const added = (name: RecordName) => calls[name].addedUs
  const isJudged = Math.abs(added('control')) <= SPREAD_US
  const slowest = Math.max(...matched.map(({ us }) => us))
  return {
    title: 'Rules: µs CPU a warm call in workerd, over a binding that answers at once',
    table: [
      ['', 'µs', 'added', 'x'],
      ...(Object.keys(titles) as RecordName[]).map((name) => [
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

interface Figure {
  readonly us: number
  readonly addedUs: number
  readonly ratio: number
}

async function measureCalls(): Promise<Record<RecordName, Figure>> {
  const workerd = await startWorkerd(
    workerdConfig({ routing: { code: 'routing.js' } }, 'routing'),
    await bundles(['routing']),
  )
  try {
    const names = Object.keys(titles) as RecordName[]
    const random = seeded(1)
    const rounds: Record<RecordName, number>[] = []
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      const us = {} as Record<RecordName, number>
      for (const name of shuffled(names, random)) us[name] = await sample(workerd, name)
      // The first rounds are for the compiler.
      if (round >= 0) rounds.push(us)
    }
    const figureOf = (name: RecordName): Figure => {
      const of = (value: (round: Record<RecordName, number>) => number) => median(rounds.map(value))
      return {
        us: lowerQuartile(rounds.map((round) => round[name])),
        addedUs: of((round) => round[name] - yardstick(round, name)),
        ratio: of((round) => round[name] / yardstick(round, name)),
      }
    }
    return { plain: figureOf('plain'), control: figureOf('control'), one: figureOf('one'), full: figureOf('full') }
  } finally {
    await workerd.stop()
  }
}

/** The twins are compared with each other, what has rules with both. */
function yardstick({ plain, control }: Record<RecordName, number>, name: RecordName): number {
  return name === 'plain' || name === 'control' ? plain : mean([plain, control])
}

async function sample(workerd: Workerd, name: RecordName): Promise<number> {
  const before = workerd.cpuUs()
  const answer = await fetch(workerd.url, { method: 'POST', body: JSON.stringify({ name, calls: CALLS }) })
  const { answered } = (await answer.json()) as { answered: number }
  if (answered !== CALLS) throw new Error(`${answered} calls of ${CALLS} were answered.`)
  return (workerd.cpuUs() - before) / CALLS
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
