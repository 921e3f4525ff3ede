/** The parts of the bench, by the name that `--only` takes. */
import { measureBalancing } from './balancing.ts'
import { measureCommand } from './command.ts'
import { measureDigests } from './digests.ts'
import { measureDurable } from './durable.ts'
import { measureEmbedded } from './embedded.ts'
import { measureGarbage } from './garbage.ts'
import { measureProxy } from './proxy.ts'
import type { Section } from './report.ts'
import { measureRouting } from './routing.ts'
import { measureScale } from './scale.ts'
import type { Plan } from './setup.ts'
import { measureSmall } from './small.ts'
import { measureStartUp } from './start-up.ts'
import { measureUrls } from './urls.ts'

/** What was asked for on the command line. */
export interface Chosen {
  /** The code of the Worker to judge. */
  readonly candidate: string
  readonly runs: number
  readonly plan: Plan
  readonly isQuick: boolean
  say(line: string): void
}

interface Part {
  readonly tells: string
  readonly minutes: string
  measure(chosen: Chosen): Promise<readonly Section[]>
}

export const parts = {
  proxy: {
    tells: 'the mesh Worker by binding: cold, warm, by the median and by the sum; all cases',
    minutes: '10 min',
    measure: ({ candidate, runs, plan, say }) => measureProxy(candidate, runs, plan, say),
  },
  urls: {
    tells: 'the same by URL, three endpoints',
    minutes: '3 min',
    measure: async ({ candidate, runs, plan, say }) => [await measureUrls(candidate, runs, plan, say)],
  },
  embedded: {
    tells: 'the library in a Worker',
    minutes: '3 min',
    measure: async ({ runs, plan, say }) => [await measureEmbedded(runs, plan, say)],
  },
  garbage: {
    tells: 'KB of garbage a call, and how much of the young survives a scavenge',
    minutes: '1 min',
    measure: async ({ candidate, isQuick, say }) => [await measureGarbage(candidate, isQuick, say)],
  },
  'start-up': {
    tells: 'CPU to the first answer, and of the first call by name',
    minutes: '1 min',
    measure: async ({ candidate, isQuick, say }) => [await measureStartUp(candidate, isQuick ? 3 : 11, say)],
  },
  scale: {
    tells: '100,000 names, 1,000 endpoints, the heap',
    minutes: '4 min',
    measure: async ({ candidate, runs, plan, say }) => [await measureScale(candidate, runs, plan, say)],
  },
  balancing: {
    tells: 'ten endpoints, one of them slow, beside HAProxy where there is one',
    minutes: '1 min',
    measure: async ({ candidate, say }) => [await measureBalancing(candidate, say)],
  },
  routing: {
    tells: 'what rules add, below 5 µs',
    minutes: '1 min',
    measure: async ({ say }) => [await measureRouting(say)],
  },
  small: {
    tells: 'other differences below 5 µs: headers, waitUntil, endpoints, trust',
    minutes: '1 min',
    measure: async ({ say }) => [await measureSmall(say)],
  },
  digests: {
    tells: 'what the stats object takes to sum up 1,000 isolates',
    minutes: '1 min',
    measure: async ({ isQuick, say }) => [await measureDigests(isQuick ? 3 : 9, say)],
  },
  durable: {
    tells: 'an outbox, once and inOrder in an object, over a bare transaction',
    minutes: '20 s',
    measure: async ({ isQuick, say }) => [await measureDurable(isQuick ? 5 : 15, say)],
  },
  command: {
    tells: 'what the command takes to start, beside a Node that does nothing',
    minutes: '10 s',
    measure: async ({ isQuick, say }) => [measureCommand(isQuick ? 11 : 31, say)],
  },
} satisfies Record<string, Part>

export type PartName = keyof typeof parts
