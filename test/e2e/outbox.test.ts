/** `kill -9` of the whole runtime while rows of an outbox are unsent, in an object and in D1, and while events are in a queue that forgets them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { keptProcess } from '../support/kept-process.ts'

const support = (name: string) => fileURLToPath(new URL(`../support/${name}`, import.meta.url))

interface Account {
  readonly applied: readonly string[]
  readonly gaps: readonly { readonly source: string }[]
}

describe('an outbox whose runtime is killed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'selvedge-outbox-'))
  const worker = keptProcess(new URL('../support/outbox-child.ts', import.meta.url), folder)
  const ask = async <Of>(path: string) => (await fetch(worker.url + path)).json() as Promise<Of>
  const applied = (ids: readonly string[]) =>
    vi.waitFor(
      async () => {
        const account = await ask<Account>('/account')
        expect(account.gaps).toEqual([])
        expect(account.applied.toSorted()).toEqual(ids.toSorted())
        return account
      },
      { timeout: 60_000, interval: 50 },
    )

  beforeAll(async () => {
    await build({
      entryPoints: [support('outbox-worker.ts')],
      outfile: join(folder, 'worker.js'),
      bundle: true,
      format: 'esm',
      target: 'es2024',
      external: ['cloudflare:*'],
      logLevel: 'warning',
    })
    await worker.start()
  })
  afterAll(async () => {
    await worker.kill()
    rmSync(folder, { recursive: true, force: true })
  })

  it('is that of the example, whose account takes each event once, and undoes a step whichever comes first', async () => {
    await ask('/example/place')
    let looks = 0
    await vi.waitFor(
      async () => expect(await ask(`/example/pay?id=look-${looks++}&total=0`)).toEqual({ balance: -30 }),
      { timeout: 60_000 },
    )
    expect(await ask('/example/pay?id=a')).toEqual({ balance: -35 })
    expect(await ask('/example/pay?id=a')).toEqual({ balance: -35 })
    expect(await ask('/example/reserve?id=s')).toEqual({ balance: -42, reserved: 7 })
    expect((await fetch(`${worker.url}/example/release?id=s`)).status).toBe(204)
    expect((await fetch(`${worker.url}/example/release?id=late`)).status).toBe(204)
    expect((await fetch(`${worker.url}/example/reserve?id=late`)).status).toBe(410)
    expect(await ask('/example/pay?id=b')).toEqual({ balance: -40 })
  })

  it('of D1 has a mark beside it: statements run once an id', async () => {
    await ask('/prepare')
    expect([await ask('/once?id=a'), await ask('/once?id=a'), await ask('/once?id=b')]).toEqual([true, false, true])
    expect(await ask('/done')).toEqual([{ id: 'a' }, { id: 'b' }])
  })

  it('loses nothing, does nothing twice, and keeps the order; what a queue forgets comes again by replay', async () => {
    const [orders, rows, late] = ['order', 'row', 'late'].map((kind) =>
      Array.from({ length: 5 }, (_, at) => `${kind}-${at}`),
    ) as [string[], string[], string[]]
    await ask('/prepare')
    await ask('/hold')
    for (const id of orders) await ask(`/place?id=${id}`)
    for (const id of rows) await ask(`/row?id=${id}`)
    expect(await ask('/waiting')).toMatchObject({ rows: orders.length })
    await worker.kill()

    // Nobody touches the object: its alarm sends them. Of the database nobody was told: one kick is enough.
    await worker.start()
    await ask('/kick')
    const account = await applied([...orders, ...rows])
    expect(account.applied.filter((id) => id.startsWith('order'))).toEqual(orders)
    expect(account.applied.filter((id) => id.startsWith('row'))).toEqual(rows)
    expect(await ask('/waiting')).toMatchObject({ rows: 0 })

    // Sent, and not taken: a local queue has them in memory alone.
    await ask('/close')
    for (const id of late) await ask(`/place?id=${id}`)
    await vi.waitFor(async () => expect(await ask('/waiting')).toMatchObject({ rows: 0 }), { timeout: 60_000 })
    await worker.kill()
    await worker.start()
    expect((await ask<Account>('/account')).applied).toHaveLength(orders.length + rows.length)
    expect(await ask('/replay')).toBe(orders.length + late.length)
    const all = await applied([...orders, ...rows, ...late])
    expect(all.applied.slice(-late.length)).toEqual(late)
  })
})
