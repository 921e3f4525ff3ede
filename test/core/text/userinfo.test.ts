import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MeshError } from '../../../src/core/errors.ts'
import { withoutUserinfo, withoutUserinfoIn } from '../../../src/core/text/userinfo.ts'

describe('withoutUserinfo', () => {
  it.each([
    ['https://admin:pw@users.example.com/v1', 'https://***@users.example.com/v1'],
    ['https://token@users.example.com', 'https://***@users.example.com'],
    ['Invalid URL: http://admin:p@w@10.0.0.7:8080?x=1 (why)', 'Invalid URL: http://***@10.0.0.7:8080?x=1 (why)'],
    ['https://admin:p/w@users.example.com', 'https://***@users.example.com'],
    ['https://admin:12@users', 'https://***@users'],
    ['"https://a:b@c","https://d:e@f"', '"https://***@c","https://***@f"'],
    ['https://a/x,https://u:p@b', 'https://a/x,https://***@b'],
    ['//u:p@b', '//***@b'],
  ])('masks %s', (text, masked) => {
    expect(withoutUserinfo(text)).toBe(masked)
  })

  it.each([
    'https://cdn.example.com/npm/pkg@1.2/fn',
    'http://localhost:8080/@me',
    'https://users.example.com?mail=a@b.example',
    'users@pr-123',
    'binding:USERS@0c5',
    'see https://users.example.com and mail a@b.example',
  ])('leaves %s as it is', (text) => {
    expect(withoutUserinfo(text)).toBe(text)
  })

  it('takes no time for a text that was made for it', () => {
    const startedAt = performance.now()
    for (const text of ['//a:b', '@//a:b', '//', ':', '//a:', '//1:1']) withoutUserinfo(text.repeat(100_000))
    for (const text of [':', '@:', '//', '\\']) withoutUserinfoIn(text.repeat(100_000))
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })
})

describe('withoutUserinfoIn', () => {
  it.each([
    ['admin:pw@users', '"admin:***@users"'],
    ['https:admin:pw@users', '"https:***@users"'],
    ['https://admin:p w@users', '"https:***@users"'],
    ['https://admin:p"w@users', '"https:***@users"'],
    ['//token@users', '"//***@users"'],
    ['https://fn.example.com/api?code=hunter2', '"https://fn.example.com/api?***"'],
    ['https://fn.example.com?a=hunter2&b=hunter2 2', '"https://fn.example.com?***"'],
    ['users@pr-123', '"users@pr-123"'],
  ])('masks %s as JSON has it: %s', (value, masked) => {
    expect(withoutUserinfoIn(JSON.stringify(value))).toBe(masked)
  })

  it('masks keys and values of an object, each by itself', () => {
    const value = { 'https://a:b@c': 1, tag: 'users@pr-1', url: 'https://d:e@f' }
    expect(withoutUserinfoIn(JSON.stringify(value))).toBe('{"https:***@c":1,"tag":"users@pr-1","url":"https:***@f"}')
  })
})

it('is what no MeshError repeats, whatever it was made with', () => {
  const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019-._~!$&*+;=%:@'.split('')), minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(word, word, fc.string(), (user, password, around) => {
      const { message } = new MeshError('internal', `${around} https://${user}:${password}MARK@host/path`)
      expect(message).not.toContain('MARK')
    }),
    { seed: 3 },
  )
})
