/** `selvedge check` of files: what it prints, and how it ends. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { allChecks, check } from '../../../src/admin/checks/checks.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { adminFake } from '../../support/admin-fake.ts'
import { command } from '../../support/command.ts'
import { givenSeen } from '../../support/given-seen.ts'
import { selvedge } from '../../support/selvedge.ts'

const COUNT = allChecks().length

const dir = mkdtempSync(join(tmpdir(), 'selvedge-check-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const write = (name: string, text: string) => {
  writeFileSync(join(dir, name), text)
  return join(dir, name)
}

const good = write('good.yaml', 'users: https://users.example.com\n')
const bad = write(
  'bad.yaml',
  'users: { endpoints: [{ binding: USERS }], hedge: {} }\norders: { endpoint: x }\ncart: { alias: basket }\n',
)
const config = write(
  'wrangler.toml',
  'name = "selvedge"\nmain = "worker.js"\ncompatibility_date = "2026-10-01"\ncompatibility_flags = ["enable_request_signal"]\n[vars]\nMESH_SECRETS = "AWS_*"\nMESH_FRSH = "1s"\n',
)

describe('selvedge check -f', () => {
  it('passes what is well, and says what files cannot show', async () => {
    const { code, out, err } = await selvedge('check', '-f', good)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('records\n-------\n√ 12 every record is understood\n')
    expect(out).toContain('–  6 the KV namespace REGISTRY can be read: not seen from here')
    expect(out).toMatch(/\n\d+ passed, \d+ not seen\.\n$/)
  })

  it('finds the public entrance that nothing guards, where the configuration gives one', async () => {
    const { out } = await selvedge('check', '-f', good, '--config', config)
    expect(out).toMatch(/‼ \d+ the public entrance is protected\n.*reaches it can call users\.\n/)
    const closed = write(
      'closed.yaml',
      'users: { endpoints: [https://users.example.com], access: { default: deny } }\n',
    )
    expect((await selvedge('check', '-f', closed, '--config', config)).out).toMatch(
      /√ \d+ the public entrance is protected/,
    )
  })

  it('tells what failed with a number, the place, a hint and a link, and ends with 1', async () => {
    const { code, out, err } = await selvedge('check', bad, '--config', config, '--min-version', '0.1.0')
    expect(code).toBe(1)
    expect(out).toContain(
      [
        '× 14 the mesh has every binding that records name',
        '     users: endpoints[0]: "USERS" is not bound under services: the endpoint is passed over.',
        "     Add the binding to the wrangler configuration of the mesh's Worker, or correct the endpoint: it is passed over.",
        '     see docs/check.md#bindings-are-there',
      ].join('\n'),
    )
    expect(out).toContain('orders: endpoint: is not a field that this version knows. Did you mean "endpoints"?')
    expect(out).toContain('users: hedge: came with version 0.2.0, and the oldest that runs is 0.1.0')
    expect(out).toContain('cart: alias: "basket" has no record in what was read.')
    expect(out).toContain('request_signal_passthrough')
    expect(out).toContain('Nothing reads the variable MESH_FRSH. Did you mean MESH_FRESH?')
    expect(err).toMatch(/^selvedge: 3 failed, \d+ warnings, \d+ passed, \d+ not seen\.\n$/)
  })

  it('ends with 0 where there are warnings alone', async () => {
    const { code, out } = await selvedge('check', '-f', write('warned.yaml', 'users: http://users.example.com\n'))
    expect(code).toBe(0)
    expect(out).toContain('‼')
  })

  it('ends with 2 where a file cannot be read, or a version is none', async () => {
    expect(await selvedge('check', '-f', join(dir, 'nowhere.yaml'))).toMatchObject({ code: 2, out: '' })
    expect((await selvedge('check', '-f', good, '--min-version', 'soon')).err).toContain('three numbers')
  })
})

describe('selvedge check', () => {
  const asked: unknown[] = []
  const of = (records: Record<string, string>, isSeen = false) => {
    const admin = {
      ...adminFake(virtualClock()),
      check: async (options: unknown) => {
        asked.push(options)
        return { checks: check(givenSeen(records)) }
      },
    }
    return command({ clientOf: () => admin, isOutSeen: isSeen, env: { HOME: '/nowhere', TERM: 'xterm' } })
  }

  it('asks the mesh, and says its own version', async () => {
    const { code, out, err } = await of({ users: 'https://users.example.com' })('check')
    expect({ code, err }).toEqual({ code: 0, err: 'target local http://127.0.0.1:8787\n' })
    expect(out).toMatch(/^installation\n------------\n√ {2}1 the mesh says what its Worker has\n/)
    expect(out).toContain(`\n\n${COUNT} passed.\n`)
    expect(asked).toEqual([{ version: '0.0.0-test' }])
  })

  it('ends with 1 where a check failed, with what is wrong', async () => {
    const { code, out, err } = await of({ users: 'nonsense' })('check')
    expect(code).toBe(1)
    expect(out).toContain('× 12 every record is understood\n     users: Expected a URL')
    expect(err).toContain(`selvedge: 1 failed, ${COUNT - 1} passed.`)
  })

  it('gives programs all of it', async () => {
    const { code, out } = await of({ users: 'nonsense' })('check', '-o', 'json')
    expect(code).toBe(1)
    expect(JSON.parse(out)).toHaveLength(COUNT)
    expect(JSON.parse(out)[11]).toMatchObject({ id: 'records-are-understood', state: 'failed', number: 12 })
  })

  it('colours its marks where somebody looks on', async () => {
    const { out } = await of({ users: 'nonsense' }, true)('check')
    expect(out).toContain('\u001b[32m√\u001b[0m')
    expect(out).toContain('\u001b[31m×\u001b[0m 12')
  })

  it('has no use for flags of files without files', async () => {
    const { code, err } = await of({})('check', '--config', config)
    expect(code).toBe(2)
    expect(err).toContain('--config is of files: name them with -f.')
  })
})
