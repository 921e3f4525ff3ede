import { expect, it, vi } from 'vitest'
import { recordJsonSchema } from '../../scripts/schema/record-schema.ts'
import { FIELDS, type Policies } from '../../src/record/fields.ts'
import { access as trust } from '../../src/trust.ts'
import { type Part, samplesOf } from '../support/samples.ts'
import { world } from '../support/worlds.ts'

/** What was made of the fields, by field and name, and what of it somebody has read since. */
const { made, read } = vi.hoisted(() => ({ made: new Set<string>(), read: new Set<string>() }))

vi.mock('../../src/record/policies.ts', async (load) => {
  const real = await load<typeof import('../../src/record/policies.ts')>()
  const watched = (name: string, policy: object) => {
    for (const key of Object.keys(policy)) made.add(`${name}.${key}`)
    return new Proxy(policy, {
      get(target, key, receiver) {
        read.add(`${name}.${String(key)}`)
        return Reflect.get(target, key, receiver)
      },
    })
  }
  const policyMaker: typeof real.policyMaker = (defaults) => {
    const maker = real.policyMaker(defaults)
    const of: typeof maker.of = (...given) => {
      const entries = Object.entries(maker.of(...given))
      return Object.fromEntries(
        entries.map(([name, policy]) => [name, typeof policy === 'object' ? watched(name, policy) : policy]),
      ) as object as Policies
    }
    return { ...maker, of }
  }
  return { ...real, policyMaker }
})

it('obeys every field of a record: nothing is made of what is written that nobody reads', async () => {
  const { properties, definitions } = recordJsonSchema() as Record<string, Readonly<Record<string, Part>>>
  const written = FIELDS.map(({ name }) => [name, samplesOf(properties?.[name] as Part, definitions ?? {}).at(-1)])
  // As it decides about calls: a policy that allows everything is asked nothing.
  const access = { default: 'deny', mode: 'audit' }
  const endpoints = ['https://a.example.com', 'https://b.example.com']
  // Both fail until they are left alone, while a body comes, and with a retry of each.
  const { clock, call } = world(
    { ...Object.fromEntries(written), access, endpoints },
    async () => new Response(null, { status: 503 }),
    { trust },
  )
  for (let calls = 0; calls < 5; calls++) {
    await clock.run(call())
    await clock.run(call({}, new Request('http://users/', { method: 'PUT', body: 'tea' })))
  }
  expect(new Set([...made].map((of) => of.split('.')[0]))).toEqual(new Set(FIELDS.map(({ name }) => name)))
  expect([...made].filter((of) => !read.has(of))).toEqual([])
})
