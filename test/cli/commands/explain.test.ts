import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { encodeReceipt } from '../../../src/wire/receipt/encode.ts'
import { command } from '../../support/command.ts'
import { givenReceipt } from '../../support/given-receipt.ts'

const RECEIPT = encodeReceipt(givenReceipt())

const selvedge = command()

describe('selvedge explain', () => {
  it('tells of a receipt why the call went as it did, and asks no mesh', async () => {
    const { code, out, err } = await selvedge('explain', RECEIPT)
    expect([code, err]).toEqual([0, ''])
    expect(out).toBe(`users: endpoint_unreachable after 2 attempts in 320 ms. It did not answer.

name          people → users
records       services/people: revision 3
              services/users: revision 7, stale, obeyed
              services/v2: no revision: written by hand
rule          canary
backend       v2, chosen by its weight (chance gave 0.9000)
unreachable   binding:GONE: This Worker has no service binding "GONE".
attempt 1     https://a.example, by peak-ewma
              from 5 ms on, 100 ms: failure, status 503, blame: endpoint
              ENDPOINT            WEIGHT   IN_FLIGHT   LATENCY   WHY
              https://a.example   1        0           -         chosen, cost 10
              https://b.example   1        0           -         compared, and not taken, cost 12
              https://c.example   1        0           -         ejected for another 30 s
attempt 2     https://b.example, by peak-ewma
              from 130 ms on, 190 ms: unreachable, blame: endpoint. It did not answer.
              ENDPOINT            WEIGHT   IN_FLIGHT   LATENCY   WHY
              https://a.example   1        0           -         it was tried before, for this call
              https://b.example   1        0           -         chosen: no other was left
              https://c.example   1        0           -         ejected for another 29.9 s
retries       1 used
              no further one: the retry budget of the isolate is empty, or its last five attempts failed (budget)
left          retry budget: 0.4
              retry allowance: 1
              time: 680 ms
time          320 ms, of which endpoints took 290 ms

Decided again, of what the receipt holds
  backend: v2. The weights stand in the record, which a receipt does not hold.
  endpoint of attempt 1: https://a.example, the same
  endpoint of attempt 2: https://b.example, the same

What to do
  Look up what endpoint_unreachable means. See docs/i-got-a-503.md#endpoint_unreachable
  Give the Worker of the mesh the bindings that are missing. See docs/check.md#bindings-are-there
  Look at https://a.example and https://b.example: what they answered counts against them. See docs/reliability.md
  Read why it was not tried again: the retry budget of the isolate is empty, or its last five attempts failed. See docs/retries.md
  Ask what would become of the request now: selvedge resolve users. See docs/cli.md#selvedge-resolve
`)
  })

  it('takes all headers of an answer, and has the receipt decoded in JSON', async () => {
    const headers = `HTTP/1.1 503\r\nserver: x\r\nSelvedge-Receipt: ${RECEIPT}\r\nvia: y\r\n`
    const { out } = await selvedge('explain', headers, '-o', 'json')
    expect(JSON.parse(out)).toMatchObject({ receipt: { service: 'users' }, replayed: [{}, { agrees: true }, {}] })
  })

  it('reads standard input', () => {
    const run = `import { run } from './src/cli/program.ts'; process.exitCode = await run(['explain', '-'])`
    const argv = [
      '--input-type=module',
      '--experimental-transform-types',
      '--no-warnings',
      '-e',
      `globalThis.SELVEDGE_VERSION = '0'; ${run}`,
    ]
    const out = execFileSync(process.execPath, argv, { input: `selvedge-receipt: ${RECEIPT}\n`, encoding: 'utf8' })
    expect(out).toContain('users: endpoint_unreachable after 2 attempts')
  })

  it('ends with 1 where the same decision would go elsewhere now', async () => {
    const { choices, ...rest } = givenReceipt()
    const [first, second] = choices
    const changed = [{ ...first, candidates: first?.candidates.map((one) => ({ ...one, cost: -one.cost })) }, second]
    const { code, out } = await selvedge('explain', encodeReceipt({ ...rest, choices: changed as typeof choices }))
    expect([code, out]).toEqual([1, expect.stringContaining('https://b.example, not https://a.example')])
  })

  it.each(['', 'nonsense', '7.e30', '1.e30'])('ends with 2 for what is no receipt: "%s"', async (text) => {
    const { code, err } = await selvedge('explain', text)
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/^selvedge: (No receipt|A receipt begins|The receipt is damaged)/),
    ])
  })
})
