import { describe, expect, it } from 'vitest'
import { recordJsonSchema } from '../../scripts/schema/record-schema.ts'
import { type AnyField, FIELDS, type Policies, policyOf, type WrittenPolicy } from '../../src/record/fields.ts'
import { parsePolicy, parseRecord } from '../../src/record/parse.ts'
import { defaultIn, type Part, samplesOf } from '../support/samples.ts'

const fields: readonly AnyField[] = FIELDS
const definitions = recordJsonSchema().definitions as Readonly<Record<string, Part>>
const told = recordJsonSchema().properties as Readonly<Record<string, Part>>

describe.each(fields)('the field $name', ({ name, policy, ofRule }) => {
  const samples = samplesOf(told[name] as Part, definitions)

  it('is kept of a record, and of MESH_DEFAULTS', () => {
    expect(samples.length).toBeGreaterThan(0)
    for (const sample of samples) {
      const written = { [name]: sample }
      expect(parsePolicy(JSON.stringify(written))).toEqual(written)
      const record = JSON.stringify({ endpoints: ['https://a.example'], ...written })
      expect(parseRecord(record).policy).toEqual(written)
    }
  })

  it('means by default what editors are told', () => {
    const otherwise = defaultIn(told[name] as Part, definitions)
    expect(otherwise).toBeDefined()
    // Of what is not done unasked, where it is asked for and no more is said.
    expect(policy(otherwise)).toEqual(policy() ?? policy({}))
  })

  it('is known to a rule where it may be written there, and nowhere else', () => {
    const rule = JSON.stringify({ rules: [{ [name]: {} }] })
    if (ofRule) expect(parseRecord(rule).rules).toEqual([{ [name]: {} }])
    else expect(() => parseRecord(rule)).toThrow(`$.rules[0].${name}: is not a field that this version knows.`)
  })
})

describe('the fields of a record', () => {
  it('have names that differ', () => {
    expect(new Set(FIELDS.map(({ name }) => name)).size).toBe(FIELDS.length)
  })

  it('are types of their own: one that is not in the list can be neither written nor obeyed', () => {
    // @ts-expect-error: no entry of the list has this name.
    const written: WrittenPolicy = { patience: '1s' }
    // @ts-expect-error: nor does the mesh know what it would obey.
    const obeyed = ({ patience }: Policies) => patience
    expect([policyOf(written), obeyed({} as Policies)]).toEqual([undefined, undefined])
  })
})
