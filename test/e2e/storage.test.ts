/** How `serve` carries its context to `mesh.fetch` on workerd, and what becomes of a Worker that is too old for it. */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** Answers with the deadline that its own call carried; two at once, the first of which calls last. */
const PROGRAM = `
import { createMesh } from 'selvedge'
const registry = { read: async (keys) => keys.map((key) => (key.endsWith('users') ? { text: 'http://users.test' } : undefined)) }
const mesh = createMesh({
  registry,
  log: 'off',
  fetch: async (url, init) => new Response(new Request(url, init).headers.get('selvedge-timeout-ms')),
})
export default mesh.serve({
  async fetch(request) {
    const { pathname } = new URL(request.url)
    if (pathname === '/first') await new Promise((resolve) => setTimeout(resolve, 50))
    return mesh.fetch('http://users/')
  },
})
`

const root = fileURLToPath(new URL('../..', import.meta.url))
const started: Miniflare[] = []
let contents: string

async function worker(compatibilityDate: string) {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      log: new Log(LogLevel.NONE),
      modules: [{ type: 'ESModule', path: 'worker.js', contents }],
      compatibilityDate,
    }),
  )
  started.push(miniflare)
  await miniflare.ready
  return async (path: string, ms: number) => {
    const response = await miniflare.dispatchFetch(`http://front${path}`, {
      headers: { 'selvedge-timeout-ms': `${ms}` },
    })
    expect(response.status).toBe(200)
    return Number(await response.text())
  }
}

beforeAll(async () => {
  const { outputFiles, warnings } = await build({
    stdin: { contents: PROGRAM, resolveDir: root },
    absWorkingDir: root,
    alias: { selvedge: './src/index.ts' },
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    logLevel: 'silent',
  })
  expect(warnings).toEqual([])
  contents = outputFiles[0]?.text ?? ''
})
afterAll(() => Promise.all(started.map((miniflare) => miniflare.dispose())))

describe('the context of serve', () => {
  it('is carried by AsyncLocalStorage, from the first two requests on, which come at once', async () => {
    const ask = await worker('2026-10-01')
    const [first, second] = await Promise.all([ask('/first', 900), ask('/second', 400)])
    expect(first).toBeLessThan(900)
    expect(first).toBeGreaterThan(500)
    expect(second).toBeLessThan(400)
    expect(await ask('/second', 300)).toBeLessThan(300)
  })

  it('is not carried where the date of the Worker is too old for it, and the call is made all the same', async () => {
    const ask = await worker('2023-05-01')
    expect(await ask('/second', 400)).toBeGreaterThan(10_000)
    expect(await ask('/second', 400)).toBeGreaterThan(10_000)
  })
})
