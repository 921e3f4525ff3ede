/** What `selvedge init` writes runs with `selvedge dev`: a new Worker, called by its name, and calling another by its. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { startDev } from '../../src/cli/dev/start-dev.ts'
import { selvedge } from '../support/selvedge.ts'

const dir = mkdtempSync(join(tmpdir(), 'selvedge-init-run-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

it('makes Workers that are called by their names, by others and by each other', async () => {
  const registry = join(dir, 'registry.yaml')
  for (const name of ['users', 'order-history']) {
    expect(await selvedge('init', join(dir, name), '--registry', registry)).toMatchObject({ code: 0 })
  }
  // As its comment says.
  const source = join(dir, 'order-history/src/index.ts')
  const text = readFileSync(source, 'utf8')
  expect(text).toContain("await env.MESH.fetch('http://users/42')")
  writeFileSync(
    source,
    text.replace('_env', 'env').replace(/return .*/, "return await env.MESH.fetch('http://users/42')"),
  )
  const dev = await startDev({
    registry,
    port: 0,
    with: [join(dir, 'users'), join(dir, 'order-history')],
    worker: new URL('../../dist/worker.js', import.meta.url),
  })
  try {
    const answer = await fetch(`${dev.url}/svc/users/7`)
    expect([answer.status, await answer.json()]).toEqual([200, { service: 'users', path: '/7' }])
    const through = await fetch(`${dev.url}/svc/order-history/`)
    expect([through.status, await through.json()]).toEqual([200, { service: 'users', path: '/42' }])
  } finally {
    await dev.dispose()
  }
})
