import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import pkg from '../../package.json' with { type: 'json' }
import { schemaFiles } from '../../scripts/schema/written.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const subpaths = Object.entries(pkg.exports).filter(([, target]) => typeof target === 'object')

/** The module in src that a built file is made of. */
const sourceOf = (built: string) => built.replace('./dist/lib/', './src/').replace(/(\.d)?\.(js|ts)$/, '.ts')

describe('package.json', () => {
  it('exports the library, the middleware, the simulator, what tests need and the Worker', () => {
    expect(subpaths.map(([name]) => name)).toEqual([
      '.',
      './client',
      './cloud',
      './durable',
      './events',
      './hono',
      './node',
      './otlp',
      './saga',
      './sim',
      './stats',
      './testing',
      './trust',
      './worker',
    ])
  })

  it.each(subpaths)('exports %s from a module that is there, with its types first', (name, target) => {
    const { types, default: built, node, workerd } = target as Record<'types' | 'default' | 'node' | 'workerd', string>
    expect(Object.keys(target)[0]).toBe('types')
    expect(types).toMatch(/^\.\/dist\/lib\/.*\.d\.ts$/)
    expect(sourceOf(types)).toBe(sourceOf(workerd ?? built))
    // Node has a way of its own to fetch, and the same names.
    // Sagas alone are another module where there is no platform.
    if (name !== './saga') expect(node).toBe(workerd?.replace('index.js', 'index-node.js'))
    for (const one of [built, ...(workerd && node ? [workerd, node] : [])])
      expect(existsSync(`${root}${sourceOf(one)}`)).toBe(true)
  })

  it.each(Object.keys(schemaFiles()))('exports %s, which the build writes and the package carries', (name) => {
    expect(pkg.exports[`./${name}` as keyof typeof pkg.exports]).toBe(`./dist/${name}`)
    expect(pkg.files).toContain('dist')
    expect(readFileSync(`${root}scripts/build.ts`, 'utf8')).toContain('schemaFiles()')
  })

  it('is loaded without side effects, and brings the schema library alone', () => {
    expect(pkg.sideEffects).toBe(false)
    expect(pkg.type).toBe('module')
    expect(Object.keys(pkg.dependencies)).toEqual(['valibot'])
    expect(pkg).not.toHaveProperty('optionalDependencies')
  })

  it('asks for nothing that has to be there: what a part needs is an optional peer', () => {
    expect(Object.keys(pkg.peerDependenciesMeta)).toEqual(Object.keys(pkg.peerDependencies))
    expect(Object.values(pkg.peerDependenciesMeta)).toSatisfy((all: { optional: boolean }[]) =>
      all.every(({ optional }) => optional),
    )
  })
})

describe('what is exported', () => {
  it('by selvedge', async () => {
    expect(Object.keys(await import('../../src/index.ts')).sort()).toEqual([
      'MeshError',
      'createMesh',
      'kvRegistry',
      'stack',
      'viaMesh',
    ])
  })

  it('by selvedge where nothing is known of the platform: the same', async () => {
    const [anywhere, here] = [await import('../../src/anywhere.ts'), await import('../../src/index.ts')]
    expect(Object.keys(anywhere).sort()).toEqual(Object.keys(here).sort())
    expect(Object.keys(await import('../../src/index-node.ts')).sort()).toEqual(Object.keys(here).sort())
  })

  it('by selvedge/client', async () => {
    expect(Object.keys(await import('../../src/admin/client.ts')).sort()).toEqual(['AdminError', 'adminClient'])
  })

  it('by selvedge/cloud', async () => {
    expect(Object.keys(await import('../../src/cloud.ts')).sort()).toEqual([
      'cloud',
      'delivery',
      'readThrough',
      'receipts',
      'seal',
    ])
  })

  it('by selvedge/durable', async () => {
    expect(Object.keys(await import('../../src/transactional/durable.ts')).sort()).toEqual([
      'D1_TABLES',
      'alarms',
      'd1Once',
      'd1Outbox',
      'd1Relay',
      'gaps',
      'inOrder',
      'once',
      'outbox',
      'participant',
      'passOver',
    ])
  })

  it('by selvedge/hono', async () => {
    expect(Object.keys(await import('../../src/hono.ts'))).toEqual(['selvedge'])
  })

  it('by selvedge/node', async () => {
    expect(Object.keys(await import('../../src/node.ts')).sort()).toEqual([
      'invokedByMesh',
      'lambdaHandler',
      'lambdaStream',
      'nodeListener',
      'ownRecord',
    ])
  })

  it('by selvedge/otlp', async () => {
    expect(Object.keys(await import('../../src/otlp.ts'))).toEqual(['otlp'])
  })

  it('by selvedge/saga: the same in Node as on the platform, whose module only one of them names', async () => {
    expect(Object.keys(await import('../../src/saga-elsewhere.ts')).sort()).toEqual(['Refused', 'saga', 'sagas'])
    const here = readFileSync(`${root}src/saga.ts`, 'utf8')
    for (const name of ['Refused', 'saga', 'sagas']) expect(here).toMatch(new RegExp(`export \\{[^}]*\\b${name}\\b`))
  })

  it('by selvedge/sim', async () => {
    expect(Object.keys(await import('../../src/sim/simulate.ts'))).toEqual(['simulate'])
  })

  it('by selvedge/stats', async () => {
    expect(Object.keys(await import('../../src/stats.ts')).sort()).toEqual(['analytics', 'stats'])
  })

  it('by selvedge/testing', async () => {
    expect(Object.keys(await import('../../src/testing.ts')).sort()).toEqual([
      'MeshError',
      'createTestMesh',
      'memoryRegistry',
      'memorySteps',
      'seeded',
      'spanRing',
      'testParticipant',
      'testSaga',
      'virtualClock',
    ])
  })

  it('by selvedge/worker', async () => {
    const worker = await import('../../src/worker/worker.ts')
    expect(Object.keys(worker).sort()).toEqual(['MeshEntrypoint', 'createWorker', 'default', 'stats'])
    expect(worker.default.fetch).toBeTypeOf('function')
    expect(worker.MeshEntrypoint.fetch).toBeTypeOf('function')
  })
})
