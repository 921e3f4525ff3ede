/** Embedded mode: what the library adds to a Worker that would call its binding itself. */
import { bundles } from './bundle.ts'
import type { Services } from './config.ts'
import { atMost, number, type Section } from './report.ts'
import { controlledRuns, ofRuns } from './runs.ts'
import type { Plan, Setup, Variant } from './sampling.ts'

/** Microseconds. */
const limit = 13

const variants: readonly Variant[] = ['bare', 'control', 'embedded', 'embedded-for'].map((name) => ({ name }))
const titles: Record<string, string> = {
  bare: 'env.UP.fetch(request)',
  control: 'control: the same',
  embedded: 'mesh.fetch(request)',
  'embedded-for': 'mesh.for(request, ctx).fetch(request)',
}

const library = { REGISTRY: { kv: 'kv' }, USERS: { service: 'origin' } } as const
const services: Services = {
  driver: {
    code: 'driver.js',
    bindings: {
      ORIGIN: { service: 'origin' },
      ...Object.fromEntries(variants.map(({ name }) => [name, { service: name }])),
    },
  },
  origin: { code: 'origin.js' },
  bare: { code: 'passthrough.js', bindings: { UP: { service: 'origin' } } },
  control: { code: 'passthrough.js', bindings: { UP: { service: 'origin' } } },
  embedded: { code: 'embedded.js', bindings: library },
  'embedded-for': { code: 'embedded-for.js', bindings: library },
}

export async function measureEmbedded(runs: number, plan: Plan, say: (line: string) => void): Promise<Section> {
  const modules = await bundles(['driver', 'origin', 'passthrough', 'embedded', 'embedded-for'])
  const twins = ['bare', 'control'] as const
  const setup: Setup = { services, kv: ['kv'], modules, variants, twins, shapes: ['small'], plan }
  const taken = await controlledRuns(runs, setup, say)
  const us = (name: string) => ofRuns(taken, 'small', (of) => of(name).us)
  const added = (name: string) => ofRuns(taken, 'small', (of) => of(name).us - of('bare').us)
  return {
    title: `Embedded mode, GET small: µs CPU a call, median of ${runs} runs`,
    table: [
      ['', 'µs', 'added', 'x'],
      ...variants.map(({ name }) => [
        titles[name] as string,
        us(name).toFixed(1),
        added(name).toFixed(1),
        number(ofRuns(taken, 'small', (of) => of(name).ratio)),
      ]),
    ],
    checks: [atMost('µs added by mesh.fetch(request)', added('embedded'), limit, taken.off.size === 0)],
  }
}
