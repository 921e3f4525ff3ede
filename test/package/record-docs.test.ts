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

describe('docs/registry.md', () => {
  const table = rows('docs/registry.md', 'Records')
  const told = new Map(table.map(([field = '', , value = '']) => [bare(field), value]))

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

  it.each(fields)('tells of the defaults of $name that the mesh obeys', ({ name, policy }) => {
    // What somebody would write who writes the defaults; the table has the same, as the test above sees.
    const written = defaultIn(properties?.[name] as Part, definitions ?? {})
    expect(written).toBeDefined()
    expect(policy(written)).toEqual(policy() ?? policy({}))
  })

  it('tells of the weight that an endpoint has', () => {
    expect(bare(told.get('endpoints[].weight'))).toBe(String(endpointOf('https://a.example').weight))
  })

  it('says of each default why', () => {
    const fieldsWith = table.filter(([field]) => fields.some(({ name }) => bare(field).split('.')[0] === name))
    expect(fieldsWith.length).toBeGreaterThanOrEqual(fields.length)
    for (const [field, , , why = ''] of fieldsWith) expect(bare(why).length, field).toBeGreaterThan(3)
  })

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
