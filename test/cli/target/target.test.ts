import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { settingsFile, writeSettings } from '../../../src/cli/target/settings.ts'
import { targetOf, toldTarget } from '../../../src/cli/target/target.ts'

describe('targetOf', () => {
  let home: string
  let env: Record<string, string>
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'selvedge-'))
    env = { HOME: home }
  })
  afterEach(() => rmSync(home, { recursive: true, force: true }))

  it('is local where nothing is said', () => {
    const target = targetOf({}, env)
    expect(target).toEqual({ name: 'local', url: 'http://127.0.0.1:8787', token: undefined, warnings: [] })
    expect(toldTarget(target)).toBe('target local http://127.0.0.1:8787')
  })

  it('takes the flag before the environment, and the environment before the file', () => {
    writeSettings(env, { current: 'prod', targets: { prod: { url: 'https://prod.example', token: 'of-prod-file' } } })
    expect(targetOf({}, env)).toMatchObject({
      name: 'prod',
      url: 'https://prod.example',
      token: { secret: 'of-prod-file' },
    })
    env.SELVEDGE_URL = 'https://env.example/'
    expect(targetOf({}, env)).toMatchObject({ name: undefined, url: 'https://env.example' })
    expect(targetOf({ url: 'https://flag.example' }, env)).toMatchObject({ url: 'https://flag.example' })
    expect(targetOf({ url: 'local' }, env)).toMatchObject({ name: 'local' })
  })

  it('never shows the token of a named target to another address', () => {
    writeSettings(env, { current: 'prod', targets: { prod: { url: 'https://prod.example', token: 'of-prod-file' } } })
    expect(targetOf({ url: 'https://other.example' }, env).token).toBeUndefined()
    expect(targetOf({ url: 'local' }, env).token).toBeUndefined()
  })

  it('reads a token from the variable that stands for it', () => {
    writeSettings(env, { targets: { prod: { url: 'https://prod.example', token: 'env:PROD_TOKEN' } } })
    expect(() => targetOf({ url: 'prod' }, env)).toThrow('is to be in the variable PROD_TOKEN, which is not set.')
    env.PROD_TOKEN = ' secret\n'
    expect(targetOf({ url: 'prod' }, env).token).toEqual({ secret: 'secret', from: 'the variable PROD_TOKEN' })
  })

  it.each([
    ['prdo', 'No target is called "prdo"'],
    ['prdo', 'Did you mean prod?'],
    ['mesh.example.com', 'An address begins with https:// or http://.'],
    ['localhost:8787', 'begins with https:// or http://, got "localhost:8787"'],
    ['ftp://mesh', 'begins with https:// or http://'],
    ['https://', 'is no URL'],
    ['https://admin:hunter2@mesh.example', 'holds a password'],
    ['https://mesh.example/?a=1', 'ends before a ? or #'],
  ])('refuses %s: %s', (url, reason) => {
    writeSettings(env, { targets: { prod: { url: 'https://prod.example' } } })
    expect(() => targetOf({ url }, env)).toThrow(reason)
    expect(() => targetOf({ url }, env)).not.toThrow('hunter2')
  })

  it('refuses a token that no header can carry, without repeating it', () => {
    expect(() => targetOf({ token: 'one\u0007two' }, env)).toThrow('The token of --token holds characters')
    expect(() => targetOf({ token: 'one\u0007two' }, env)).not.toThrow('two')
  })

  it('warns of a token that goes unencrypted to another machine', () => {
    const warningsOf = (url: string) => targetOf({ url, token: 'secret' }, env).warnings
    expect(warningsOf('http://mesh.example')).toEqual(['the token goes to mesh.example unencrypted: use https://.'])
    for (const url of ['https://mesh.example', 'http://localhost:1', 'http://127.0.0.1', 'http://[::1]:8787']) {
      expect(warningsOf(url)).toEqual([])
    }
  })

  it('warns of tokens that others may read', () => {
    writeSettings(env, { targets: { prod: { url: 'https://prod.example', token: 'of-prod-file' } } })
    expect(targetOf({ url: 'prod' }, env).warnings).toEqual([])
    chmodSync(settingsFile(env), 0o644)
    expect(targetOf({ url: 'prod' }, env).warnings).toEqual([
      `others may read the tokens in ${settingsFile(env)}: chmod 600 it.`,
    ])
  })
})
