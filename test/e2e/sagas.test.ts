/** Sagas on the platform's own engine, as it runs on this machine: the runtime is killed within every step, and the code changes beneath. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type KeptProcess, keptProcess } from '../support/kept-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'selvedge-sagas-'))
let worker: KeptProcess

beforeAll(async () => {
  for (const code of ['old', 'new']) {
    await build({
      entryPoints: [fileURLToPath(new URL('../support/sagas-worker.ts', import.meta.url))],
      outfile: join(folder, `${code}.js`),
      bundle: true,
      format: 'esm',
      target: 'es2024',
      conditions: ['workerd', 'worker', 'browser'],
      external: ['cloudflare:*', 'node:*'],
      define: { CODE: JSON.stringify(code) },
    })
  }
  worker = keptProcess(new URL('../support/kept-sagas-child.ts', import.meta.url), join(folder, 'kept'))
  await worker.start(join(folder, 'old.js'), 'old')
})

afterAll(async () => {
  await worker?.kill()
  rmSync(folder, { recursive: true, force: true })
})

async function ask<Answer>(path: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(`${worker.url}${path}`, init)
  return (await response.json()) as Answer
}

/** Asks until it is so. */
const soon = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 30_000, interval: 50 })

const start = (saga: string, key: string, input: object = {}) =>
  fetch(`${worker.url}/${saga}/`, {
    method: 'POST',
    headers: { 'idempotency-key': key },
    body: JSON.stringify(input),
  })
const idOf = async (response: Response) => ((await response.json()) as { id: string }).id
const told = () => ask<{ done: string[]; hanging: string[] }>('/-/told')
const stateOf = (saga: string, id: string) =>
  ask<{ state: string; because?: string; skipped?: string[] }>(`/${saga}/${id}`)
const rowOf = async (id: string) => {
  const { items } = await ask<{ items: { id: string; state: string; step: string; because: string }[] }>('/-/sagas')
  return items.find((one) => one.id === id)
}
/** The steps of a saga whose effects stand, in the order of their services. */
const standing = async (id: string) =>
  (await told()).done.flatMap((key) => (key.startsWith(`saga~${id}~`) ? [key.slice(`saga~${id}~`.length)] : []))

it('by name: started twice it is one, its state is told, and an event is kept until it is waited for', async () => {
  const first = await start('place-order', 'one')
  expect(first.status).toBe(202)
  const id = await idOf(first)
  expect(id).toMatch(/^[0-9a-f]{64}$/)
  expect(first.headers.get('location')).toBe(`/${id}`)
  const again = await start('place-order', 'one')
  expect([again.status, await idOf(again)]).toEqual([202, id])
  await soon(async () => expect(await stateOf('place-order', id)).toEqual({ id, state: 'completed' }))
  expect(await standing(id)).toEqual(['reserve', 'pack', 'charge', 'ship'])
  expect(await idOf(await start('awaited', 'one'))).not.toBe(id)

  const waits = await idOf(await start('awaited', 'two'))
  const event = (to: string, type: string) =>
    fetch(`${worker.url}/awaited/${to}/events/${type}`, { method: 'POST', body: '{"by":"jane"}' })
  expect((await event(waits, 'approved')).status).toBe(202)
  await soon(async () => expect(await stateOf('awaited', waits)).toEqual({ id: waits, state: 'completed' }))
  // After the end it is ignored; what only operators may send, and what there is not, is not there.
  expect((await event(waits, 'approved')).status).toBe(202)
  expect((await event(waits, 'selvedge-decision')).status).toBe(404)
  expect((await event('nobody', 'approved')).status).toBe(404)
  expect((await fetch(`${worker.url}/awaited/nobody`)).status).toBe(404)
})

it('tries a step again that is answered "not now"', async () => {
  const id = await idOf(await start('place-order', 'flaky', { flakyAt: 'pack' }))
  await soon(async () => expect(await stateOf('place-order', id)).toEqual({ id, state: 'completed' }))
  expect(await standing(id)).toEqual(['reserve', 'pack', 'charge', 'ship'])
})

it('killed within each step and undo: each effect is there once, or not at all', async () => {
  const points = [
    ...['reserve', 'pack', 'charge', 'ship'].map((hangAt) => ({ hangAt, input: { hangAt } })),
    ...['undo pack', 'undo reserve'].map((hangAt) => ({ hangAt, input: { hangAt, refusedAt: 'charge' } })),
  ]
  const ids: string[] = []
  for (const { hangAt, input } of points) ids.push(await idOf(await start('place-order', hangAt, input)))
  const changing = await idOf(await start('changing', 'changed', { hangAt: 'charge' }))
  const stuck = await idOf(await start('place-order', 'stuck', { refusedAt: 'charge', stuckAt: 'undo pack' }))
  const gone = await idOf(await start('nobody', 'gone'))
  await soon(async () => expect((await told()).hanging).toHaveLength(points.length + 1))
  await soon(async () => expect(await rowOf(stuck)).toMatchObject({ state: 'parked', step: 'undo pack' }))
  await soon(async () => expect(await rowOf(gone)).toMatchObject({ state: 'parked', step: 'definition' }))
  expect(await standing(stuck)).toEqual(['reserve', 'pack'])

  await worker.kill()
  await worker.start(join(folder, 'new.js'), 'new')
  for (const id of [...ids, changing, stuck, gone]) await ask(`/-/wake/${id}`)

  for (const [at, { input }] of points.entries()) {
    const id = ids[at] ?? ''
    const state = 'refusedAt' in input ? 'compensated' : 'completed'
    await soon(async () => expect(await stateOf('place-order', id)).toMatchObject({ state }))
    expect(await standing(id), input.hangAt).toEqual(state === 'completed' ? ['reserve', 'pack', 'charge', 'ship'] : [])
  }
  // The undo that failed is parked still, and the other one waits for it; the service is mended meanwhile.
  await ask(`/-/decide/${stuck}/retry`)
  await soon(async () => expect(await stateOf('place-order', stuck)).toMatchObject({ state: 'compensated' }))
  expect(await standing(stuck)).toEqual([])
  await soon(async () => expect(await rowOf(stuck)).toMatchObject({ state: 'compensated' }))
  // Its code has changed: nothing is run, though a step was inserted before what it had done.
  await soon(async () =>
    expect(await rowOf(changing)).toMatchObject({
      state: 'parked',
      step: 'definition',
      because: 'It began as 1:reserve/n,charge/p, and the code has 1:check/n,reserve/n,charge/p.',
    }),
  )
  expect((await told()).done.filter((key) => key.endsWith('~check'))).toEqual([])
  await ask(`/-/decide/${gone}/skip`)
  await soon(async () =>
    expect(await stateOf('nobody', gone)).toMatchObject({
      state: 'compensation_incomplete',
      because: 'The code has no saga "nobody".',
    }),
  )
})
