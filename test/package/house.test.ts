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
  wire: ['core'],
  // `math`: a regular expression that could run away is refused where it is written.
  policy: ['core', 'math'],
  transport: ['core'],
  telemetry: ['core', 'math'],
  filters: ['core', 'math', 'policy', 'wire'],
  registry: ['core', 'policy'],
  // `math`: the fleet makes what the filters ask of their endpoints.
  mesh: ['core', 'math', 'policy', 'wire', 'telemetry', 'transport', 'filters', 'registry'],
  sim: ['core', 'math', 'policy', 'registry', 'mesh'],
  // `policy`: a duration is read as everywhere.
  durable: ['core', 'math', 'policy', 'telemetry', 'registry'],
  control: ['core', 'record', 'wire', 'durable'],
  worker: ['core', 'policy', 'wire', 'telemetry', 'registry', 'mesh', 'cloud.ts'],
  cli: ['core', 'policy'],
  'cloud.ts': ['core', 'transport'],
  'index.ts': ['mesh', 'anywhere.ts'],
  'anywhere.ts': ['core', 'policy', 'telemetry', 'registry', 'mesh'],
  'hono.ts': ['core', 'mesh', 'wire'],
  'testing.ts': ['core', 'registry', 'mesh', 'telemetry'],
}

/** What each room, or one file of it, may import from outside. */
const PACKAGES: Record<string, RegExp> = {
  policy: /^valibot$/,
  'targets/libraries.ts': /^(aws4fetch|jose)$/,
  'durable/registry-object.ts': /^cloudflare:workers$/,
  control: /^hono(\/etag)?$/,
  cli: /^(node:|commander$|yaml$|miniflare$|esbuild$|wrangler$)/,
  'hono.ts': /^hono$/,
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join(SRC, file), 'utf8') }))

const roomOf = (file: string) => file.split('/')[0] as string
const importsOf = (text: string) =>
  [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, specifier]) => specifier as string)

describe.each(files)('src/$file', ({ file, text }) => {
  const room = roomOf(file)

  it('imports only from the rooms beneath its own', () => {
    const rooms = importsOf(text)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => roomOf(relative(SRC, join(SRC, dirname(file), specifier))))
      .filter((other) => other !== room)
    for (const other of rooms) expect(ALLOWED[room], `${room} imports ${other}`).toContain(other)
  })

  it('imports no package that its room has no business with', () => {
    for (const specifier of importsOf(text).filter((specifier) => !specifier.startsWith('.'))) {
      expect(specifier).toMatch(PACKAGES[file] ?? PACKAGES[room] ?? /^$/)
    }
  })

  it('keeps nothing at module level that changes', () => {
    expect(text).not.toMatch(/^(export )?let /m)
  })

  it('is no barrel', () => {
    if (file !== 'index.ts') expect(text).not.toMatch(/^export \* from/m)
  })
})

it('takes time and chance through core alone', () => {
  const outside = files.filter(({ file }) => !['core', 'cli'].includes(roomOf(file)))
  for (const { file, text } of outside) {
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    expect(code, file).not.toMatch(/\b(Date\.now|Math\.random|setTimeout|performance\.now|crypto\.)/)
  }
})

it('writes to the console in one place, of all that a mesh carries', () => {
  // `testing.ts` tells who writes a test; no deployed mesh carries it.
  const carried = files.filter(({ file }) => roomOf(file) !== 'cli' && file !== 'testing.ts')
  const writers = carried.filter(({ text }) => /\bconsole\b[.[]/.test(text))
  expect(writers.map(({ file }) => file)).toEqual(['telemetry/log.ts'])
})

it('has no circle of imports', () => {
  const graph = new Map(
    files.map(({ file, text }) => [
      file,
      importsOf(text.replace(/^import type .*$/gm, ''))
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => relative(SRC, join(SRC, dirname(file), specifier))),
    ]),
  )
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    expect(path, 'a circle').not.toContain(file)
    if (done.has(file)) return
    for (const next of (graph.get(file) ?? []).filter((file) => file.endsWith('.ts'))) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of graph.keys()) visit(file, [])
  expect(done.size).toBe(files.length)
})
