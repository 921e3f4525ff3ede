/** Records of a mesh changed by the built command: what callers see of it, and what becomes of work that is cut off. */
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DevMesh, devMesh, running } from '../support/built-command.ts'
import { eventually } from '../support/eventually.ts'

async function upstream(answer: string): Promise<{ server: Server; url: string }> {
  const server = createServer((_, response) => response.end(answer)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

describe('a mesh that is operated by the command', () => {
  let folder: string
  let mesh: DevMesh
  let blue: Awaited<ReturnType<typeof upstream>>
  let green: Awaited<ReturnType<typeof upstream>>

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'selvedge-'))
    blue = await upstream('blue')
    green = await upstream('green')
    mesh = await devMesh()
  })
  afterAll(async () => {
    await mesh?.stop()
    blue?.server.close()
    green?.server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function selvedge(...argv: string[]) {
    const { written, ended } = running(argv, mesh.env)
    const code = await ended
    return { code, ...written }
  }
  const file = (records: object, name = 'registry.json') => {
    const path = join(folder, name)
    writeFileSync(path, JSON.stringify(records))
    return path
  }
  const call = async (name: string) => (await fetch(`${mesh.url}/svc/${name}/`)).text()

  it('takes one change from diff to apply --wait to history to rollback', async () => {
    const before = file({ users: blue.url })
    expect(await selvedge('apply', '-f', before, '--message', 'the first', '--wait')).toMatchObject({ code: 0 })
    expect(await call('users')).toBe('blue')

    const after = file({ users: green.url })
    const diff = await selvedge('diff', '-f', after)
    expect([diff.code, diff.out]).toEqual([1, expect.stringContaining(`- "${blue.url}"\n+ "${green.url}"\n`)])

    const applied = await selvedge('apply', '-f', after, '--message', 'green is ready', '--wait')
    expect(applied).toMatchObject({ code: 0, out: expect.stringContaining('users configured\n') })
    expect(applied.err).toMatch(/What answered goes by it: 1 isolate, after \d+ s\. Of others nothing is known\./)
    // What wait says is so: the very next call obeys it.
    expect(await call('users')).toBe('green')
    expect((await selvedge('diff', '-f', after)).code).toBe(0)

    const history = await selvedge('history', 'users', '--output', 'json')
    expect(JSON.parse(history.out)).toMatchObject([
      { message: 'green is ready', author: 'admin', origin: 'api', record: green.url },
      { message: 'the first', author: 'admin', origin: 'api', record: blue.url },
    ])

    expect(await selvedge('rollback', 'users', '--wait')).toMatchObject({
      code: 0,
      out: expect.stringContaining('users is back at'),
    })
    expect(await call('users')).toBe('blue')
    // It was called a moment ago: whether that is known yet depends on when the isolate told it.
    expect(await selvedge('delete', 'users', '--wait', '--force')).toMatchObject({ code: 0 })
    expect((await fetch(`${mesh.url}/svc/users/`)).status).toBe(404)
  })

  it('applies 10,000 records, goes on where it was killed, and lists them in order', async () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `many-${String(index).padStart(5, '0')}`)
    const path = file(Object.fromEntries(names.map((name) => [name, `https://${name}.example`])), 'many.json')
    const cut = running(['apply', '-f', path, '-l', 'many'], mesh.env)
    await eventually('a thousand records are written', () => cut.written.out.includes('many-00999 created'))
    cut.child.kill('SIGKILL')
    await cut.ended

    const startedAt = performance.now()
    const rest = await selvedge('apply', '-f', path, '-l', 'many')
    expect(rest.code).toBe(0)
    const [, unchanged, created] =
      /10000 records: (\d+) unchanged, (\d+) created, revision \d+ to \d+\.\n$/.exec(rest.out) ?? []
    expect(Number(unchanged)).toBeGreaterThanOrEqual(1_000)
    expect(Number(unchanged) + Number(created)).toBe(10_000)
    // A minute is what an operator would wait for; here it takes seconds, on a machine with other work, too.
    expect(performance.now() - startedAt).toBeLessThan(60_000)

    const { out } = await selvedge('get', 'many-*')
    expect(
      out
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(' ')[0]),
    ).toEqual(names)
    expect((await selvedge('apply', '-f', path)).out).toBe('10000 records: 10000 unchanged.\n')
  })

  it('takes away what a set has no more, and leaves what others wrote', async () => {
    await selvedge('apply', '-f', file({ shop: blue.url, cart: blue.url }), '-l', 'shop')
    const { out } = await selvedge('apply', '-f', file({ shop: blue.url }), '-l', 'shop', '--prune')
    expect(out).toBe(
      `shop unchanged\ncart pruned\n2 records: 1 unchanged, 1 pruned, revision ${/revision (\d+)/.exec(out)?.[1]}.\n`,
    )
    expect((await selvedge('get', 'cart')).code).toBe(1)
  })
})
