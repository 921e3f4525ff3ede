import { describe, expect, it, vi } from 'vitest'
import { recordParser } from '../../src/record/parse.ts'

/** The fields whose schemas were made, as often as they were. */
const made = vi.hoisted((): string[] => [])

/** The same maker, counted. */
const counted = vi.hoisted(() => <Of>(name: string, make: () => Of) => () => {
  made.push(name)
  return make()
})

vi.mock('../../src/features/hedge/policy.ts', async (load) => {
  const real = await load<typeof import('../../src/features/hedge/policy.ts')>()
  return { ...real, hedge: counted('hedge', real.hedge) }
})

vi.mock('../../src/features/cors/policy.ts', async (load) => {
  const real = await load<typeof import('../../src/features/cors/policy.ts')>()
  return { ...real, cors: counted('cors', real.cors) }
})

vi.mock('../../src/targets/schema.ts', async (load) => {
  const real = await load<typeof import('../../src/targets/schema.ts')>()
  return { ...real, endpoint: counted('endpoint', real.endpoint) }
})

describe('recordParser', () => {
  it('makes the schema of a field for the first record that has it, and keeps it', () => {
    const parse = recordParser()
    expect(made).toEqual([])
    parse('https://a.example')
    parse('{"alias":"users"}')
    parse('{"rules":[{"filters":[{"type":"URLRewrite","urlRewrite":{"hostname":"a"}}]}]}')
    expect(made).toEqual([])
    parse('{"endpoints":["https://a.example"]}')
    parse('{"endpoints":["https://a.example"],"hedge":{}}')
    parse('{"endpoints":["https://b.example"],"hedge":{"delay":"50ms"}}')
    expect(made).toEqual(['endpoint', 'hedge'])
    parse('{"rules":[{"filters":[{"type":"CORS","cors":{}}]},{"filters":[{"type":"CORS","cors":{"maxAge":7}}]}]}')
    expect(made).toEqual(['endpoint', 'hedge', 'cors'])
  })

  it('says of a record what it says of it alone, whatever it has read before', () => {
    const parse = recordParser()
    const wrong = '{"endpoints":["https://a.example"],"hedge":{"delay":"p99"}}'
    const said = '$.hedge.delay: Expected "p95" or a duration from 1ms to 1h, got "p99".'
    expect(() => parse(wrong)).toThrow(said)
    expect(parse('{"endpoints":["https://a.example"],"hedge":{"delay":"p95"}}').policy).toEqual({
      hedge: { delay: 'p95' },
    })
    expect(() => parse(wrong)).toThrow(said)
  })
})
