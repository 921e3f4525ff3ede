/** The house stays in order: imports run down the floors, time and chance come in through core, nothing is kept at module level. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const SRC = fileURLToPath(new URL('../../src', import.meta.url))

/** Who may import whom. A room may always import itself. */
const ALLOWED: Record<string, readonly string[]> = {
  core: [],
  math: [],
  schema: ['core', 'math'],
  wire: ['core', 'math'],
  telemetry: ['core', 'math'],
  targets: ['core', 'schema', 'wire'],
  features: ['core', 'math', 'schema', 'wire', 'telemetry'],
  record: ['core', 'math', 'schema', 'features', 'targets'],
  registry: ['core', 'record'],
  manifest: ['core', 'math', 'schema', 'features', 'record'],
  // `math`: `mesh/services.ts` makes what the filters ask of their endpoints.
  mesh: ['core', 'math', 'schema', 'wire', 'telemetry', 'targets', 'features', 'record', 'registry'],
  saga: ['core'],
  durable: ['core', 'math', 'schema', 'record', 'telemetry', 'registry'],
  transactional: ['core'],
  sim: ['core', 'math', 'schema', 'telemetry', 'features', 'record', 'registry', 'mesh'],
  worker: ['core', 'schema', 'wire', 'telemetry', 'targets', 'record', 'registry', 'mesh', 'cloud.ts', 'trust.ts'],
  admin: ['core', 'schema', 'telemetry', 'wire', 'record', 'manifest', 'registry', 'mesh', 'durable'],
  control: ['core', 'record', 'wire', 'durable', 'admin'],
  dashboard: ['admin'],
  cli: ['admin', 'core', 'schema', 'targets', 'record', 'registry', 'manifest', 'mesh'],
  'cloud.ts': ['core', 'targets', 'registry', 'mesh'],
  'trust.ts': ['core', 'features', 'mesh'],
  'events.ts': ['record', 'targets', 'mesh'],
  'otlp.ts': ['features', 'telemetry'],
  'stats.ts': ['mesh', 'telemetry'],
  bridge: ['core', 'mesh', 'targets', 'wire'],
  'index.ts': ['mesh', 'anywhere.ts'],
  'index-node.ts': ['bridge', 'mesh', 'anywhere.ts'],
  'node.ts': ['bridge', 'registry'],
  'anywhere.ts': ['core', 'telemetry', 'targets', 'record', 'registry', 'mesh'],
  'hono.ts': ['core', 'mesh', 'wire'],
  'saga.ts': ['core', 'saga'],
  'saga-elsewhere.ts': ['saga'],
  testing: ['core', 'registry', 'telemetry', 'mesh', 'saga'],
  'testing.ts': ['core', 'registry', 'telemetry', 'testing'],
}

/**
 * What of a room another may import, where that is not all of it: who reads what is written down takes no behaviour along.
 */
const DOCUMENTS: Record<string, RegExp> = {
  'record features': /^features\/[^/]+\/(?:[\w-]+-)?(?:policy|words)\.ts$/,
  'manifest features': /^features\/[^/]+\/(?:[\w-]+-)?policy\.ts$/,
  'record targets': /^targets\/(?:.+\/)?(?:schema|kinds?|words|credentials|delivery|target|key)\.ts$/,
  // The object is called, not carried along: its types alone, but for what a change is.
  'admin durable':
    /^durable\/(?:registry-engine|archive|letters\/letters-engine|ledger\/(?:change|difference|ledger|reads|revision)|sagas\/saga-book|stats\/(?:learned-book|queue-book|number-book|shape-book|stats-engine|taps))\.ts$/,
  'dashboard admin': /^admin\/client\.ts$/,
  'cli admin': /^admin\/(?:client|checks\/[\w-]+)\.ts$/,
  // What is told, and minted, is so by the mesh's own code; nothing else of it is the command's.
  'cli mesh': /^mesh\/(?:told\/[\w-]+|trust\/minting)\.ts$/,
  'cli targets': /^targets\/(?:.+\/)?(?:schema|kinds?|credentials|target)\.ts$/,
}

/** What each room, or one file of it, may import from outside. */
const PACKAGES: Record<string, RegExp> = {
  schema: /^valibot$/,
  record: /^valibot$/,
  features: /^valibot$/,
  targets: /^valibot$/,
  manifest: /^(valibot|yaml|node:.*)$/,
  'targets/libraries.ts': /^(aws4fetch|jose)$/,
  'durable/registry-object.ts': /^cloudflare:workers$/,
  'durable/stats-object.ts': /^cloudflare:workers$/,
  'durable/quota-object.ts': /^cloudflare:workers$/,
  'durable/sagas-object.ts': /^cloudflare:workers$/,
  'saga/entrypoint.ts': /^cloudflare:workers$/,
  'durable/dead-letters-object.ts': /^cloudflare:workers$/,
  'durable/inbox-object.ts': /^cloudflare:workers$/,
  admin: /^(?:hono(?:\/(?:factory|http-exception))?|hono-openapi|valibot)$/,
  control: /^hono(\/etag|\/factory)?$/,
  cli: /^(node:|commander$|yaml$|miniflare$|esbuild$|wrangler$)/,
  dashboard:
    /^(?:preact(?:\/\w+)?|@preact\/signals|uplot(?:\/dist\/uPlot\.min\.css)?|@dagrejs\/dagre|@codemirror\/[\w-]+|@lezer\/highlight)$/,
  'hono.ts': /^hono$/,
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => ({ file, text: readFileSync(join(SRC, file), 'utf8') }))

const roomOf = (file: string) => file.split('/')[0] as string
const importsOf = (text: string) =>
  [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, specifier]) => specifier as string)

/** The files that one imports, types included. */
const relatives = (file: string, text: string) =>
  importsOf(text)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => relative(SRC, join(SRC, dirname(file), specifier)))

/** What may be written of a feature, and what an editor says of it. */
const DOCUMENT = /(?:^|[/-])(?:policy|words)\.ts$/

const featureOf = (file: string) => /^features\/([^/]+)\//.exec(file)?.[1]

describe.each(files)('src/$file', ({ file, text }) => {
  const room = roomOf(file)

  it('imports only from the rooms beneath its own', () => {
    const rooms = importsOf(text)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => roomOf(relative(SRC, join(SRC, dirname(file), specifier))))
      .filter((other) => other !== room)
    for (const other of rooms) expect(ALLOWED[room], `${room} imports ${other}`).toContain(other)
  })

  it('takes of another room what is written down, where behaviour is not its business', () => {
    for (const other of relatives(file, text)) {
      const documents = DOCUMENTS[`${room} ${roomOf(other)}`]
      if (documents) expect(other, `${file} imports ${other}`).toMatch(documents)
    }
  })

  it('imports no other feature, and what may be written of one imports none of its behaviour', () => {
    const feature = featureOf(file)
    if (!feature) return
    for (const other of relatives(file, text)) {
      if (featureOf(other)) expect(featureOf(other), `${file} imports ${other}`).toBe(feature)
      if (DOCUMENT.test(file) && featureOf(other)) expect(other, `${file} imports ${other}`).toMatch(DOCUMENT)
    }
  })

  it('imports no package that its room has no business with', () => {
    for (const specifier of importsOf(text).filter((specifier) => !specifier.startsWith('.'))) {
      expect(specifier).toMatch(PACKAGES[file] ?? PACKAGES[room] ?? /^$/)
    }
  })

  it('has at module level no variable, and no collection that begins empty', () => {
    expect(text).not.toMatch(/^(export )?(let|var) /m)
    expect(text).not.toMatch(/^(export )?const [^=]*= new (Weak)?(Map|Set)(<.*>)?\(\)/m)
  })

  it('is no barrel', () => {
    if (!['index.ts', 'index-node.ts'].includes(file)) expect(text).not.toMatch(/^export \* from/m)
  })
})

it('takes time and chance through core alone', () => {
  // A page has no mesh to be given them by: it has one file of its own.
  const outside = files.filter(({ file }) => !['core', 'cli'].includes(roomOf(file)) && file !== 'dashboard/clock.ts')
  for (const { file, text } of outside) {
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    expect(code, file).not.toMatch(/\b(Date\.now|Math\.random|setTimeout|performance\.now|crypto\.)/)
  }
})

it('writes to the console in one place, of all that a mesh carries', () => {
  // `testing` tells who writes a test; no deployed mesh carries it.
  const carried = files.filter(({ file }) => !['cli', 'testing'].includes(roomOf(file)))
  const writers = carried.filter(({ text }) => /\bconsole\b[.[]/.test(text))
  expect(writers.map(({ file }) => file)).toEqual(['telemetry/log.ts'])
})

it('has no circle of imports, types included', () => {
  const graph = new Map(files.map(({ file, text }) => [file, relatives(file, text)]))
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    expect(path, 'a circle').not.toContain(file)
    if (done.has(file)) return
    for (const next of (graph.get(file) ?? []).filter((file) => /\.tsx?$/.test(file))) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of graph.keys()) visit(file, [])
  expect(done.size).toBe(files.length)
})

it('has no folder of more than twenty files: a larger one has a second word in it', () => {
  const counts = new Map<string, number>()
  for (const { file } of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1)
  for (const [folder, count] of counts) expect(count, folder).toBeLessThanOrEqual(20)
})
