/** What a receipt holds is enough: calls through the mesh are decided again of their receipts, and come to where they went. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { receipts } from '../../../src/mesh/receipts/receipts.ts'
import { explain } from '../../../src/mesh/told/explain.ts'
import type { Rule } from '../../../src/record/rule.ts'
import { createTestMesh } from '../../../src/testing.ts'
import { RECEIPT } from '../../../src/wire/answer/fates.ts'
import { decodeReceipt } from '../../../src/wire/receipt/decode.ts'

/** How often of a hundred each of the endpoints fails, and what it weighs. */
const endpoints = fc.array(fc.record({ fails: fc.constantFrom(0, 0, 30, 100), weight: fc.constantFrom(0, 1, 1, 4) }), {
  minLength: 1,
  maxLength: 4,
})
const world = fc.record({
  v1: endpoints,
  v2: endpoints,
  weights: fc.tuple(fc.constantFrom(0, 1, 9), fc.constantFrom(1, 3)),
  algorithm: fc.constantFrom('peak-ewma', 'least-request', 'round-robin', { ringHash: { header: 'x-user' } }),
  user: fc.boolean(),
  seed: fc.nat(),
})

it('comes to the same backend and endpoints, attempt for attempt', async () => {
  const seen = { again: 0, backends: 0, attempts: 0 }
  await fc.assert(
    fc.asyncProperty(world, async ({ v1, v2, weights, algorithm, user, seed }) => {
      let turn = seed
      const failing = (share: number) => {
        turn = (turn * 1_103_515_245 + 12_345) % 2_147_483_648
        return (turn >> 8) % 100 < share
      }
      const service = (name: string, all: typeof v1) => ({
        endpoints: all.map(({ weight }, index) => ({ url: `https://${index}.${name}.example`, weight })),
        loadBalancer: algorithm,
      })
      const fetch = async (input: unknown) => {
        const [index = '', name] = new URL(String(input)).hostname.split('.')
        const { fails = 0 } = (name === 'v1' ? v1 : v2)[Number(index)] ?? {}
        return new Response(null, { status: failing(fails) ? 503 : 200 })
      }
      const services = { v1: service('v1', v1), v2: service('v2', v2) }
      const mesh = createTestMesh(services, { receipts, fetch, seed: seed + 1 })
      const rule: Rule = { backendRefs: weights.map((weight, index) => ({ name: `v${index + 1}`, weight })) }
      mesh.registry.set('users', { rules: [rule] }, '7')
      const headers = { 'selvedge-explain': '1', ...(user ? { 'x-user': 'anna' } : {}) }
      for (let call = 0; call < 6; call++) {
        const response = await mesh.clock.run(mesh.fetch('http://users/', { headers }))
        const view = decodeReceipt(response.headers.get(RECEIPT) ?? '')
        const { replayed, steps } = explain(view, rule)
        for (const { what, observed, again, agrees, because } of replayed) {
          if (because !== undefined) {
            expect(because).toMatch(/^Whose turn|session or a probe|key of the request|left to chance/)
            continue
          }
          seen.again += 1
          if (what === 'backend') seen.backends += 1
          expect([what, again, agrees]).toEqual([what, observed, true])
        }
        // What was chosen is what was asked, in that order.
        expect(view.choices.flatMap(({ chosen }) => chosen ?? [])).toEqual(
          view.attempts.map(({ endpoint }) => endpoint),
        )
        seen.attempts += view.attempts.length
        expect(steps.flatMap(({ candidates = [] }) => candidates.filter(({ isChosen }) => isChosen))).toHaveLength(
          view.attempts.length,
        )
        await mesh.clock.advance(call % 2 === 0 ? 20 : 6_000)
      }
    }),
    { numRuns: 60 },
  )
  expect(seen.again).toBeGreaterThan(200)
  expect(seen.backends).toBeGreaterThan(20)
  expect(seen.attempts).toBeGreaterThan(300)
})
