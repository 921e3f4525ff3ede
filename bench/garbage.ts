/** Garbage of a warm call, and how much of the young survives a scavenge, variant by variant, each alone in a process. */
import { bundles } from './bundle.ts'
import { type Collection, collectionsIn, type Garbage, garbageOf, V8_FLAGS } from './collections.ts'
import type { Services } from './config.ts'
import { type Driven, drive } from './driven.ts'
import { services as embedded } from './embedded.ts'
import { withKv } from './kv-process.ts'
import { SURVIVORS } from './limits.ts'
import { KV, modulesOf, rows as proxied, services } from './proxy.ts'
import { atMost, type Section } from './report.ts'
import type { Variant } from './setup.ts'

const NAMES = ['passthrough', 'control', 'by-hand', 'by-hand-2026-11', 'candidate', 'incumbent']
const rows: readonly (Variant & { readonly title: string })[] = [
  ...proxied.filter(({ name }) => NAMES.includes(name)),
  { name: 'embedded', title: 'mesh.fetch(request)' },
]

/** Calls before the young generation has grown to its full size, and the code is compiled for good. */
const WARM_UP = 20_000
const BATCH = 250
/** Scavenges that are enough, and calls in which to wait for them. */
const SCAVENGES = 12
const MOST_CALLS = 60_000

/** @param candidate the code of the Worker to judge. */
export async function measureGarbage(
  candidate: string,
  isQuick: boolean,
  say: (line: string) => void,
): Promise<Section> {
  const modules = { ...(await modulesOf(candidate)), ...(await bundles(['embedded'])) }
  const found = new Map<string, Garbage>()
  await withKv([...KV, 'kv'], async (registries) => {
    const setup = { services: { ...embedded, ...services, ...registries } satisfies Services, modules }
    for (const variant of rows) {
      say(`garbage: ${variant.title}`)
      found.set(variant.name, await garbage(setup, variant, isQuick ? 6 : SCAVENGES))
    }
  })
  const survive = (name: string) => found.get(name)?.survivingShare ?? Number.NaN
  return {
    title: 'Garbage of the isolate under test, warm, GET small, 9 headers, 8 calls at once',
    table: [
      ['', 'scavenges', 'KB between', 'survive', 'KB a call', 'survive', 'full', 'µs a call'],
      ...rows.map(({ name, title }) => [title, ...(cells(found.get(name)) ?? [])]),
    ],
    notes: [
      'A young generation is full of garbage again after so many KB; what survives is copied, once or twice.',
      'µs: pauses on the clock, of all collections; a busy machine makes them longer.',
    ],
    checks: ['candidate', 'embedded'].map((name) =>
      atMost(`share of the young that survives a scavenge, ${name}`, survive(name), SURVIVORS),
    ),
  }
}

async function garbage(setup: Parameters<typeof drive>[0], variant: Variant, enough: number): Promise<Garbage> {
  let printed = ''
  const onOutput = (text: string) => {
    printed += text
  }
  const driven = await drive(setup, variant, { v8Flags: V8_FLAGS, onOutput })
  try {
    // Driver and origin have been called alone, and have collected.
    const others = new Set(collectionsIn(printed).map(({ isolate }) => isolate))
    if (others.size !== 2) throw new Error(`Of the driver and the origin ${others.size} have collected garbage.`)
    const own = () => collectionsIn(printed).filter(({ isolate }) => !others.has(isolate))
    await call(driven, WARM_UP)
    const before = own().length
    const found: { readonly collection: Collection; readonly calls: number }[] = []
    const scavenged = () => found.filter(({ collection }) => collection.isScavenge).length
    for (let calls = 0; calls < MOST_CALLS && scavenged() < enough; calls += BATCH) {
      await call(driven, BATCH)
      for (const collection of own().slice(before + found.length)) found.push({ collection, calls })
    }
    const [first, last] = [found[0], found.at(-1)]
    if (!first || !last || first === last) throw new Error(`${variant.name} has collected too seldom.`)
    return garbageOf(
      found.map(({ collection }) => collection),
      last.calls - first.calls,
    )
  } finally {
    await driven.stop()
  }
}

async function call(driven: Driven, calls: number): Promise<void> {
  for (let made = 0; made < calls; made += BATCH) await driven.sample('small', BATCH)
}

function cells(garbage: Garbage | undefined): string[] | undefined {
  if (garbage === undefined) return undefined
  const { scavenges, fullOnes, allocatedKb, survivingShare, kbACall, survivingKbACall, usACall } = garbage
  return [
    String(scavenges),
    scavenges > 0 ? allocatedKb.toFixed(0) : '–',
    scavenges > 0 ? `${(survivingShare * 100).toFixed(1)} %` : '–',
    kbACall.toFixed(1),
    survivingKbACall.toFixed(2),
    String(fullOnes),
    usACall.toFixed(1),
  ]
}
