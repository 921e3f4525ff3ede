/** The pages that tell of the fields of a record agree with the list of fields: none is left out, and none has another default. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { recordJsonSchema } from '../../scripts/schema/record-schema.ts'
import { ALGORITHMS } from '../../src/features/balance/policy.ts'
import { type AnyField, FIELDS } from '../../src/record/fields.ts'
import { endpointOf } from '../../src/targets/schema.ts'
import { defaultIn, type Part } from '../support/samples.ts'

const read = (file: string) => readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8')
const fields: readonly AnyField[] = FIELDS
const { properties, definitions } = recordJsonSchema() as Record<string, Readonly<Record<string, Part>>>

/** The cells of every row of the first table beneath a heading, but for its head. */
function rows(page: string, heading: string): string[][] {
  const [, section = ''] = read(page).split(new RegExp(`^## ${heading}.*$`, 'm'))
  const [, table = ''] = /^(\| [\s\S]*?)\n(?!\|)/m.exec(section) ?? []
  return table
    .split('\n')
    .slice(2)
    .map((line) => line.slice(2, line.lastIndexOf('|')).trim().split(/ \| /))
}

describe('docs/defaults.md', () => {
  /** Of each field what the mesh obeys where nobody says more, by where it stands on the page. */
  const obeyed = fields.flatMap(({ policy }) =>
    Object.entries((policy() ?? policy({})) as object)
      .filter(([, value]) => value !== undefined && typeof value !== 'boolean')
      .map(([key, value]) => [`${key} of ${policy.name}`, value instanceof Set ? [...value] : value]),
  )
  const told = rows('docs/defaults.md', 'Policy').map(([, value = '', , where = '']) => ({ value, where }))

  it('names every default of a record, as the mesh obeys it', () => {
    const weight = ['weight of endpointOf', endpointOf('https://a.example').weight]
    const named = told.map(({ value, where }) => [where.replaceAll('`', '').replace(/ in .*/, ''), amount(value)])
    expect(Object.fromEntries(named)).toEqual(Object.fromEntries([...obeyed, weight]))
  })

  it.each(told)('names the file of $where', ({ where }) => {
    const [, maker, file = ''] = /of `(\w+)` in `(.*)`$/.exec(where) ?? []
    expect(read(file)).toContain(`export function ${maker}(`)
  })
})

describe('docs/registry.md', () => {
  const told = new Map(rows('docs/registry.md', 'Records').map(([field = '', , value = '']) => [bare(field), value]))

  it.each(fields.flatMap(({ name }) => leavesOf(name, properties?.[name] as Part)))(
    'tells of $path',
    ({ path, part }) => {
      // One of its own, or else that of what it is a part of.
      const row = [...told.keys()].findLast((field) => path === field || path.startsWith(`${field}.`))
      expect(row, path).toBeDefined()
      const otherwise = defaultIn(part, definitions ?? {})
      if (otherwise !== undefined) expect(told.get(row as string)).toContain(spelled(otherwise))
    },
  )

  it('tells of each balancer where it sends to', () => {
    const names = [...ALGORITHMS, 'ringHash']
    expect(rows('docs/registry.md', 'Balancing').map(([name = '']) => bare(name))).toEqual(names)
    const [, written] = rows('docs/registry.md', 'Records').find(([field]) => bare(field) === 'loadBalancer') ?? []
    for (const name of names) expect(written).toContain(`"${name}"`)
  })

  it('tells of no field that there is not', () => {
    const known = Object.keys(properties ?? {})
    expect([...told.keys()].filter((field) => !known.includes(field.split(/[.[]/)[0] as string))).toEqual([])
  })

  it('says which are laid over each other field by field', () => {
    const [, said = ''] =
      /Where a record is silent,[^`]*`MESH_DEFAULTS`[^`]*([\s\S]*?) are laid over each other/.exec(
        read('docs/registry.md'),
      ) ?? []
    const named = [...said.matchAll(/`(\w+)`/g)].map(([, name]) => name)
    expect(named).toEqual(fields.filter(({ isWhole }) => !isWhole).map(({ name }) => name))
  })

  it('says which a rule may have, too', () => {
    const row = rows('docs/registry.md', 'Rules').find(([, said]) => said?.startsWith('as in a record'))
    expect(bare(row?.[0]).split(', ')).toEqual(fields.filter(({ ofRule }) => ofRule).map(({ name }) => name))
  })
})

/** The places where something may be written that is no object of fields; of several forms, those of each. */
function leavesOf(path: string, part: Part): { readonly path: string; readonly part: Part }[] {
  const forms = (part.anyOf ?? [part]).flatMap((form) => {
    const inner = Object.entries(form.properties ?? {})
    return inner.length === 0
      ? [{ path, part: form }]
      : inner.flatMap(([name, part]) => leavesOf(`${path}.${name}`, part))
  })
  return part.anyOf && 'default' in part ? [{ path, part: { default: part.default } }, ...forms] : forms
}

/** As a cell tells it. */
function spelled(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value).replaceAll(',', ', ')
}

function bare(cell = ''): string {
  return cell.replaceAll('`', '').trim()
}

const UNITS: Record<string, number> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, '%': 0.01 }

/** `15 s` → 15_000, `20 %` → 0.2, `502, 503` → [502, 503], `none` → Infinity; a word in backticks. */
function amount(text: string): number | number[] | string {
  if (text.startsWith('`')) return bare(text)
  if (text === 'none') return Number.POSITIVE_INFINITY
  if (text.includes(',')) return text.split(', ').map(Number)
  const [count, unit] = text.split(' ')
  return Number(count) * (unit === undefined ? 1 : (UNITS[unit] ?? Number.NaN))
}
