/** What older versions do not know, beside an older version itself: the library as 0.1.0 had it. */
import { describe, expect, it } from 'vitest'
import { recordJsonSchema } from '../../../scripts/schema/record-schema.ts'
import { compareVersions, isVersion, newerReason, newerThan } from '../../../src/record/check/newer.ts'
import { SINCE } from '../../../src/record/check/since.ts'
import { parseRecord } from '../../../src/record/parse.ts'
import * as old from '../../support/releases/selvedge-0.1.0.js'
import { WRITTEN_RECORDS } from '../../support/written-records.ts'

const text = (record: unknown) => JSON.stringify(record)
const places = (oldest: string, record: unknown) => newerThan(oldest, text(record)).map(({ path }) => path.join('.'))
const isRefusedBy = (parse: (text: string) => unknown, record: unknown) => {
  try {
    parse(text(record))
    return false
  } catch {
    return true
  }
}

/** Records that are understood today, and each of their fields by itself. */
const records = WRITTEN_RECORDS.flatMap((record) => [
  record,
  ...Object.keys(record).map((field) => ({ endpoints: ['https://a.example'], [field]: record[field] })),
  ...((record.endpoints ?? []) as unknown[]).map((endpoint) => ({ endpoints: [endpoint] })),
]).filter((record) => !isRefusedBy(parseRecord, record))

describe('newerThan', () => {
  it('names the outermost field that a version does not know, and says since when there is one', () => {
    const record = {
      endpoints: ['https://a.example', { binding: 'B', weight: 2 }],
      rules: [{ timeouts: { request: '1s' } }],
      timeouts: { request: '1s', bodyIdle: '2s' },
    }
    expect(places('0.1.0', record)).toEqual(['endpoints.1.weight', 'rules', 'timeouts.bodyIdle'])
    expect(newerThan('0.1.0', text(record)).map(({ since }) => since)).toEqual(['0.2.0', '0.2.0', '0.2.0'])
    expect(places('0.2.0', record)).toEqual([])
    expect(places('1.0.0', record)).toEqual([])
  })

  it('names a form of a field that came after the field', () => {
    expect(places('0.1.0', { alias: 'users-v2' })).toEqual([])
    const [list] = newerThan('0.1.0', text({ alias: ['users-v2'] }))
    expect(list).toEqual({ path: ['alias'], what: 'a list of names', since: '0.2.0' })
    expect(list && newerReason(list, '0.1.0')).toBe(
      'as a list of names came with version 0.2.0, and the oldest that runs is 0.1.0 (min-version): it would refuse the whole record.',
    )
    expect(newerThan('0.1.0', text({ alias: 'users@pr-7' }))).toMatchObject([{ what: 'a name with a tag' }])
  })

  it('has nothing to say of a bare URL, of what is no JSON, and of fields that no version knows', () => {
    for (const written of ['https://a.example', '{', '', 'null', '[]', '7', '{"constructor":{"a":1},"__proto__":1}'])
      expect(newerThan('0.1.0', written)).toEqual([])
  })
})

describe('the library as 0.1.0 had it', () => {
  it('is tried on records of both kinds', () => {
    const refused = records.filter((record) => isRefusedBy(old.parseRecord, record))
    expect(refused.length).toBeGreaterThan(20)
    expect(records.length - refused.length).toBeGreaterThan(5)
  })

  it.each(records.map((record) => [text(record), record] as const))(
    'refuses just what is told to be newer: %s',
    (_, record) => {
      expect(isRefusedBy(old.parseRecord, record)).toBe(places('0.1.0', record).length > 0)
    },
  )

  it('serves a record of its own time, and fails every call of one with a newer field', async () => {
    const known = text({ endpoints: ['https://a.example'], timeouts: { request: '1s' } })
    const newer = text({ endpoints: ['https://a.example'], limits: { maxInFlight: 8 } })
    expect(newerThan('0.1.0', known)).toEqual([])
    expect(newerThan('0.1.0', newer)).toMatchObject([{ path: ['limits'] }])

    const mesh = old.createTestMesh({ users: () => new Response('served') })
    const call = () => mesh.clock.run(mesh.fetch('http://users/'))
    expect(await (await call()).text()).toBe('served')
    mesh.registry.set('others', newer)
    await expect(mesh.clock.run(mesh.fetch('http://others/'))).rejects.toMatchObject({ code: 'record_invalid' })
  })
})

describe('SINCE', () => {
  /** As much of a JSON Schema as is looked at. */
  interface Part {
    readonly $ref?: string
    readonly anyOf?: readonly Part[]
    readonly properties?: Readonly<Record<string, Part>>
    readonly items?: Part
  }
  const schema: Part = recordJsonSchema()
  const definitions = recordJsonSchema().definitions as Readonly<Record<string, Part>>

  function placesOf(part: Part, path = ''): string[] {
    if (part.$ref) return placesOf(definitions[part.$ref.slice('#/definitions/'.length)] as Part, path)
    const own = Object.entries(part.properties ?? {}).flatMap(([name, inner]) => {
      const at = path ? `${path}.${name}` : name
      return [at, ...placesOf(inner, at)]
    })
    return [
      ...own,
      ...(part.anyOf ?? []).flatMap((form) => placesOf(form, path)),
      ...(part.items ? placesOf(part.items, path) : []),
    ]
  }

  function saidIn(table: object, path = ''): string[] {
    return Object.entries(table).flatMap(([name, said]) => {
      const at = path ? `${path}.${name}` : name
      return [at, ...(typeof said === 'object' && 'fields' in said ? saidIn(said.fields, at) : [])]
    })
  }

  it('has every field that the schema has, and no other', () => {
    // A rule has the type of the record's own timeouts, and refuses this one.
    const written = new Set([...placesOf(schema), 'rules.timeouts.bodyIdle'])
    expect(saidIn(SINCE).sort()).toEqual([...written].sort())
  })

  it('does not compile where a field is forgotten, on any floor', () => {
    const { hedge: _hedge, ...rest } = SINCE
    // @ts-expect-error: hedge is not there.
    const forgotten: typeof SINCE = rest
    // @ts-expect-error: maxExtraLoad is not there.
    const beneath: typeof SINCE = { ...SINCE, hedge: { since: '0.2.0', fields: { delay: '0.2.0' } } }
    // @ts-expect-error: there is no such field.
    const unknown: typeof SINCE = { ...SINCE, hedges: '0.2.0' }
    expect([forgotten, beneath, unknown]).toHaveLength(3)
  })
})

describe('versions', () => {
  it.each([
    ['0.1.0', '0.2.0', -1],
    ['0.10.0', '0.9.9', 1],
    ['1.0.0', '1.0.0', 0],
    ['1.0.1', '1.0.0', 1],
    ['soon', '1.0.0', 0],
  ])('%s beside %s', (one, other, sign) => {
    expect(Math.sign(compareVersions(one, other))).toBe(sign)
  })

  it.each(['0.1.0', '12.0.3'])('%s is one', (version) => expect(isVersion(version)).toBe(true))
  it.each(['0.1', 'v0.1.0', '0.1.0-rc.1', '01.0.0', '', '0.1.0 '])('"%s" is none', (version) =>
    expect(isVersion(version)).toBe(false),
  )
})
