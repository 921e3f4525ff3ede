import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { follow } from '../../src/registry/alias.ts'
import type { Found } from '../../src/registry/known.ts'
import { memoryRegistry, type WrittenEntry } from '../../src/registry/memory.ts'
import { snapshot } from '../../src/registry/snapshot.ts'
import { givenAsking } from '../support/given.ts'

const URL = 'https://users.example.com'

function followed(
  name: string,
  records: Record<string, WrittenEntry>,
  isUsable: (found: Found) => boolean = () => true,
) {
  const options = { freshMs: 5000, maxStaleMs: 3_600_000, readMs: 1000, maxRecords: 100 }
  return follow(snapshot(memoryRegistry(records), options), name, givenAsking(virtualClock()), isUsable)
}

/** `a0` stands for `a1`, and so on, through so many aliases to an endpoint. */
const chain = (aliases: number) =>
  Object.fromEntries(
    Array.from({ length: aliases + 1 }, (_, index) => [
      `a${index}`,
      index < aliases ? { alias: `a${index + 1}` } : URL,
    ]),
  )

describe('follow', () => {
  it('ends at once at a record of its own', async () => {
    const { found, path } = await followed('users', { users: URL })
    expect([found.key, path]).toEqual(['services/users', ['users']])
  })

  it('goes from name to name to the record at the end', async () => {
    const { found, path } = await followed('users', {
      users: { alias: 'users-v2' },
      'users-v2': { alias: 'users.shop' },
      '*.shop': URL,
    })
    expect(path).toEqual(['users', 'users-v2', 'users.shop'])
    expect(found.key).toBe('services/*.shop')
    expect(found.record.endpoints.map(({ id }) => id)).toEqual([URL])
  })

  it.each([0, 1, 8])('follows %i aliases', async (aliases) => {
    expect((await followed('a0', chain(aliases))).path).toHaveLength(aliases + 1)
  })

  it.each<[string, Record<string, WrittenEntry>, string]>([
    ['nine aliases', chain(9), 'a0 → a1 → a2 → a3 → a4 → a5 → a6 → a7 → a8 → a9'],
    ['a name that stands for itself', { a0: { alias: 'a0' } }, 'a0 → a0'],
    ['two that stand for each other', { a0: { alias: 'b' }, b: { alias: 'a0' } }, 'a0 → b → a0'],
    ['a circle further on', { a0: { alias: 'b' }, b: { alias: 'c' }, c: { alias: 'b' } }, 'a0 → b → c → b'],
  ])('does not follow %s', async (_, records, path) => {
    await expect(followed('a0', records)).rejects.toMatchObject({
      code: 'loop_detected',
      service: 'a0',
      message: expect.stringContaining(`${path}.`),
    })
  })

  it('says which name is missing, and by which road it was asked for', async () => {
    await expect(followed('chekout', {})).rejects.toMatchObject({
      code: 'service_not_found',
      service: 'chekout',
      message: 'No service is called "chekout".',
    })
    await expect(followed('users', { users: { alias: 'users-v2' } })).rejects.toMatchObject({
      code: 'service_not_found',
      service: 'users',
      message: 'No service is called "users-v2" (users → users-v2).',
    })
  })

  it('fails as the record of an alias fails', async () => {
    await expect(followed('users', { users: { alias: 'broken' }, broken: '{' })).rejects.toMatchObject({
      code: 'record_invalid',
      message: expect.stringContaining('services/broken: Not JSON'),
    })
  })

  describe('a list', () => {
    const usable =
      (...keys: string[]) =>
      (found: Found) =>
        keys.includes(found.key)

    it.each<[string, Record<string, WrittenEntry>, string[], string[]]>([
      [
        'the first that is usable',
        { a0: { alias: ['b', 'c'] }, b: URL, c: URL },
        ['services/b', 'services/c'],
        ['a0', 'b'],
      ],
      ['past one that is not', { a0: { alias: ['b', 'c'] }, b: URL, c: URL }, ['services/c'], ['a0', 'c']],
      ['past one that is missing', { a0: { alias: ['b', 'c'] }, c: URL }, ['services/c'], ['a0', 'c']],
      [
        'within a list',
        { a0: { alias: ['b', 'd'] }, b: { alias: ['c', 'd'] }, c: URL, d: URL },
        ['services/d'],
        ['a0', 'b', 'd'],
      ],
      [
        'the first that is there, where none is usable',
        { a0: { alias: ['b', 'c', 'd'] }, c: URL, d: URL },
        [],
        ['a0', 'c'],
      ],
    ])('leads to %s', async (_, records, keys, path) => {
      expect((await followed('a0', records, usable(...keys))).path).toEqual(path)
    })

    it('that goes round is told, though another of its names would do', async () => {
      const records = { a0: { alias: ['b', 'c'] }, b: { alias: 'a0' }, c: URL }
      await expect(followed('a0', records)).rejects.toMatchObject({ code: 'loop_detected' })
    })

    it('looks at each name once, however many roads lead there', async () => {
      const names = Array.from({ length: 16 }, (_, index) => `n${index}`)
      const records = Object.fromEntries(
        Array.from({ length: 7 }, (_, level) =>
          names.map((name) => [`${name}-${level}`, { alias: names.map((next) => `${next}-${level + 1}`) }]),
        ).flat(),
      )
      let asked = 0
      const isUsable = () => {
        asked += 1
        return false
      }
      const last = Object.fromEntries(names.map((name) => [`${name}-7`, URL]))
      await followed('n0-0', { ...records, ...last }, isUsable)
      expect(asked).toBeLessThan(300)
    })
  })
})
