import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { settingsFile } from '../../../src/cli/target/settings.ts'
import { command } from '../../support/command.ts'

describe('selvedge config', () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'selvedge-'))
  })
  afterEach(() => rmSync(home, { recursive: true, force: true }))
  const selvedge = (...argv: string[]) => command({ env: { XDG_CONFIG_HOME: home } })(...argv)

  it('has local from the beginning', async () => {
    expect(await selvedge('config', 'get-targets')).toEqual({
      code: 0,
      out: 'CURRENT   NAME    URL                     TOKEN\n*         local   http://127.0.0.1:8787   -\n',
      err: '',
    })
  })

  it('names a target, chooses it, and forgets it', async () => {
    const set = await selvedge('config', 'set', 'prod', '--url', 'https://prod.example/', '--token', 'env:PROD')
    expect(set).toEqual({ code: 0, out: 'prod is https://prod.example, with a token: env:PROD.\n', err: '' })
    expect((await selvedge('config', 'use', 'prod')).out).toBe('prod is used where no target is named.\n')
    const { out } = await selvedge('config', 'get-targets', '--output', 'json')
    expect(JSON.parse(out)[1]).toEqual({
      name: 'prod',
      isCurrent: true,
      url: 'https://prod.example',
      token: 'env:PROD',
    })
    expect((await selvedge('config', 'unset', 'prod')).out).toBe('prod is forgotten.\n')
    expect((await selvedge('config', 'get-targets')).out).toContain('*         local')
  })

  it('changes one of address and token, and keeps the other', async () => {
    await selvedge('config', 'set', 'prod', '--url', 'https://prod.example', '--token', 'env:PROD')
    const { out } = await selvedge('config', 'set', 'prod', '--url', 'https://new.example')
    expect(out).toBe('prod is https://new.example, with a token: env:PROD.\n')
  })

  it('keeps a token where only its owner reads it, and prints it nowhere', async () => {
    const set = await selvedge('config', 'set', 'prod', '--url', 'https://prod.example', '--token', 'hunter2')
    expect(set.err).toContain('the token stands in')
    const listed = await selvedge('config', 'get-targets', '--output', 'yaml')
    expect(set.out + set.err + listed.out + listed.err).not.toContain('hunter2')
    expect(statSync(settingsFile({ XDG_CONFIG_HOME: home })).mode & 0o777).toBe(0o600)
  })

  it.each([
    [['use', 'prod'], 1, 'No target is called "prod"'],
    [['unset', 'prod'], 1, 'No target is called "prod"'],
    [['set', 'prod'], 2, 'prod needs an address'],
    [['set', 'prod', '--url', 'prod.example'], 2, 'An address begins with https://'],
    [['set', '../prod', '--url', 'https://prod.example'], 2, 'The name of a target has letters'],
    [['set'], 2, "missing required argument 'name'"],
  ])('answers %j with exit code %i and a reason', async (argv, code, reason) => {
    const ran = await selvedge('config', ...argv)
    expect(ran.err).toContain(reason)
    expect([ran.code, ran.out]).toEqual([code, ''])
  })

  it('says what is wrong with its file, and repeats nothing of it', async () => {
    await selvedge('config', 'set', 'prod', '--url', 'https://prod.example')
    const file = settingsFile({ XDG_CONFIG_HOME: home })
    for (const [text, reason] of [
      ['{"token": hunter2}', 'is no JSON'],
      ['{"targets": []}', '"targets" is a map'],
      ['{"targets": {"prod": "hunter2"}}', 'the target "prod" is { "url"'],
    ] as const) {
      writeFileSync(file, text)
      const { code, err } = await selvedge('config', 'get-targets')
      expect([code, err.includes(reason), err.includes('hunter2')]).toEqual([2, true, false])
    }
  })
})
