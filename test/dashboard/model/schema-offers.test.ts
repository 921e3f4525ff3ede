import { describe, expect, it } from 'vitest'
import { recordJsonSchema } from '../../../scripts/schema/record-schema.ts'
import { descriptionAt, fieldsAt, type Schema, valuesAt } from '../../../src/dashboard/model/schema-offers.ts'

const schema = recordJsonSchema() as Schema
const labels = (path: (string | number)[]) => fieldsAt(schema, path).map(({ label }) => label)

describe('what the schema of records offers', () => {
  it('is every field of a record, with what it is for', () => {
    expect(labels([])).toEqual(expect.arrayContaining(['endpoints', 'alias', 'rules', 'retry', 'timeouts', 'hedge']))
    expect(labels([])).not.toContain('$schema')
    for (const { label, description } of fieldsAt(schema, [])) expect(description, label).toBeTruthy()
  })

  it('is the fields of all that may stand at a place', () => {
    expect(labels(['endpoints', 0])).toEqual(expect.arrayContaining(['url', 'binding', 'lambda', 'weight']))
    expect(labels(['rules', 2, 'backendRefs', 0])).toEqual(expect.arrayContaining(['name', 'weight']))
  })

  it('is the values that a field may have', () => {
    const values = valuesAt(schema, ['loadBalancer']).map(({ label }) => label)
    expect(values).toEqual(expect.arrayContaining(['"peak-ewma"', '"round-robin"']))
  })

  it('opens a field as its value begins', () => {
    const opens = Object.fromEntries(fieldsAt(schema, []).map(({ label, opens }) => [label, opens]))
    expect([opens.endpoints, opens.timeouts]).toEqual(['[', '{'])
  })

  it('is nothing where there is no such place, and describes what is', () => {
    expect([labels(['nonsense', 'deep']), valuesAt(schema, ['nonsense'])]).toEqual([[], []])
    expect(descriptionAt(schema, ['timeouts'])).toBeTruthy()
    expect(descriptionAt(schema, ['rules', 0])).toBeUndefined()
  })
})
