/** A runtime is killed while a step of a saga runs, and while events wait to be sent: nothing is lost, and nothing is done twice. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { keptProcess } from '../../test/support/kept-process.ts'
import type { Report } from '../shop/report.ts'
import type { Started } from './runtime.ts'

/** A scene that hangs is one that failed. */
const WITHIN_MS = 30_000

interface Told {
  readonly state: string
  readonly because?: string | null
}

export async function orders(_shop: unknown, tell: Report): Promise<void> {
  tell.scene('A runtime is killed: a saga is in the middle of a step, and events wait to be sent')
  const folder = await mkdtemp(join(tmpdir(), 'selvedge-orders-'))
  const runtime = keptProcess(new URL('runtime.ts', import.meta.url))
  const start = (more: Omit<Started, 'folder'>) => runtime.start(JSON.stringify({ folder, ...more }))
  const ask = async <Answer>(path: string, method = 'GET', body?: unknown): Promise<Answer> => {
    const said = body === undefined ? {} : { body: JSON.stringify(body) }
    const headers = { 'idempotency-key': path + JSON.stringify(body) }
    return (await fetch(runtime.url + path, { method, headers, ...said })).json() as Promise<Answer>
  }
  const order = (id: string, customer: string, total: number) =>
    ask<{ id: string }>('/place-order', 'POST', { id, customer, total })
  const stateOf = async (id: string) => (await ask<Told>(`/orders/${id}`).catch(() => ({ state: 'none' }))).state
  try {
    await start({ vars: { QUEUE: 'down', SILENT: 'd' } })
    await ask('/customers/ada', 'PUT', { credit: 100 })
    await order('a', 'ada', 60)
    await until(async () => (await stateOf('a')) === 'APPROVED')
    await order('b', 'ada', 60)
    await order('c', 'nobody', 1)
    const { id: hanging } = await order('d', 'ada', 30)
    await until(async () => (await stateOf('b')) === 'REJECTED' && (await stateOf('c')) === 'REJECTED')
    await until(async () => (await ask<{ reserved: number }>('/customers/ada')).reserved === 90)
    tell.did(
      'the queue takes nothing; orders a, b, c and d are placed; the reservation of d is made, and never answered',
    )
    tell.saw(`before: ${await told(ask)}, d ${await stateOf('d')}; heard of: ${JSON.stringify(await ask('/ledger'))}`)
    await runtime.kill()
    tell.did('kill -9 of the runtime; started again on what it had on disk')

    await start({ wake: [hanging] })
    await until(async () => (await stateOf('d')) === 'APPROVED')
    const expected = {
      a: ['created', 'approved'],
      b: ['created', 'rejected'],
      c: ['created', 'rejected'],
      d: ['created', 'approved'],
    }
    const heard = async () => JSON.stringify(sorted(await ask<Record<string, string[]>>('/ledger')))
    await until(async () => (await heard()) === JSON.stringify(expected))
    const { reserved } = await ask<{ reserved: number }>('/customers/ada')
    tell.saw(`after:  ${await told(ask)}, d ${await stateOf('d')}; heard of: ${await heard()}`)
    const isWhole = (await stateOf('d')) === 'APPROVED' && (await heard()) === JSON.stringify(expected)
    tell.claim(isWhole, 'the order whose step was killed is approved, and every event was heard of, once and in order')
    tell.claim(reserved === 90, `ada's credit is reserved once for each approved order: ${reserved} of 60 + 30`)

    // What waits in a local queue is gone with the process: the outbox sends it again.
    let sent = 0
    for (const id of Object.keys(expected)) sent += (await ask<{ sent: number }>(`/orders/${id}/replay`, 'POST')).sent
    await until(async () => (await heard()) === JSON.stringify(expected))
    await sleep(500)
    tell.claim(
      sent === 8 && (await heard()) === JSON.stringify(expected),
      `${sent} events replayed, and none counted twice`,
    )
  } finally {
    await runtime.kill()
    await rm(folder, { recursive: true, force: true })
  }
}

async function told(ask: <Answer>(path: string) => Promise<Answer>): Promise<string> {
  const said = await Promise.all(
    ['a', 'b', 'c'].map(async (id) => {
      const { state, because } = await ask<Told>(`/orders/${id}`)
      return `${id} ${state}${because ? ` (${because})` : ''}`
    }),
  )
  return said.join(', ')
}

function sorted(heard: Record<string, string[]>): object {
  return Object.fromEntries(Object.entries(heard).sort(([one], [other]) => (one < other ? -1 : 1)))
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const endsAt = performance.now() + WITHIN_MS
  while (!(await isSo())) {
    if (performance.now() > endsAt) throw new Error(`It was not so within ${WITHIN_MS / 1000} s: ${isSo}`)
    await sleep(50)
  }
}
