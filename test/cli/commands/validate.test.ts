/** `selvedge validate --config`, and `check` of files, about those who consume the queues that records name, and whom it trusts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { selvedge } from '../../support/selvedge.ts'

const dir = mkdtempSync(join(tmpdir(), 'selvedge-validate-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const write = (name: string, text: string) => {
  writeFileSync(join(dir, name), text)
  return join(dir, name)
}

const records = write(
  'records.yaml',
  'jobs: { endpoints: [{ queue: { binding: JOBS, deliverTo: resizer } }] }\nresizer: https://resizer.example.com\n',
)
const configOf = (name: string, consumer: string) =>
  write(
    name,
    `name = "selvedge"\nmain = "worker.js"\ncompatibility_date = "2026-10-01"\nworkers_dev = false
[[queues.producers]]\nbinding = "JOBS"\nqueue = "jobs"\n${consumer}`,
  )
const hasty = configOf('hasty.toml', '[[queues.consumers]]\nqueue = "jobs"\nmax_retries = 3\n')
const patient = configOf(
  'patient.toml',
  `[[queues.consumers]]\nqueue = "jobs"\nmax_retries = 100\ndead_letter_queue = "jobs-dlq"
[[durable_objects.bindings]]\nname = "DEAD_LETTERS"\nclass_name = "DeadLettersObject"\nscript_name = "selvedge-control"\n`,
)

describe('the consumers of a configuration', () => {
  it('are wrong where they give up before the record does', async () => {
    const { code, err } = await selvedge('validate', '-f', records, '--config', hasty)
    expect(code).toBe(1)
    expect(err).toMatch(
      /records\.yaml:1: error: jobs\.endpoints\[0\]: is delivered 8 times, and the consumer of "jobs"/,
    )
    expect(err).toContain('note: jobs.endpoints[0]: The consumer of "jobs" has no dead_letter_queue')
    expect(err).toContain('note: jobs.endpoints[0]: This Worker has no DEAD_LETTERS')
    const checked = await selvedge('check', '-f', records, '--config', hasty)
    expect(checked.code).toBe(1)
    expect(checked.out).toMatch(/× \d+ what delivers queues does so as often as records say/)
    expect(checked.out).toContain('see docs/check.md#queues-are-delivered')
  })

  it('are well where the record decides', async () => {
    expect(await selvedge('validate', '-f', records, '--config', patient)).toMatchObject({ code: 0, err: '' })
    const { out } = await selvedge('check', '-f', records, '--config', patient)
    expect(out).toMatch(/√ \d+ what delivers queues does so as often as records say/)
    expect(out).toMatch(/√ \d+ what queues cannot deliver is kept somewhere/)
  })
})

describe('MESH_TRUST of a configuration', () => {
  it('is told of where others share a domain, a guest has the name of a record, and a rule is about nobody', async () => {
    const trusting = write(
      'trusting.toml',
      `name = "selvedge"\nmain = "worker.js"\ncompatibility_date = "2026-10-01"\nworkers_dev = false
[vars.MESH_TRUST]\ndomain = "mesh.example.com"\nmembers = ["*.pages.dev"]\nissuers = [{ under = "partners" }]\n`,
    )
    const guests = write(
      'guests.yaml',
      `checkout.partners: https://127.0.0.1:8080
users:
  endpoints: [https://127.0.0.1:8081]
  access:
    default: deny
    rules:
      - { name: scoped, effect: allow, callers: [checkout], claims: { scope: [read] } }
`,
    )
    const { code, err } = await selvedge('validate', '-f', guests, '--config', trusting)
    expect(code).toBe(0)
    expect(err).toMatch(/trusting\.toml: warning: MESH_TRUST: members: "\*\.pages\.dev" is a domain that many share/)
    expect(err).toMatch(/guests\.yaml:1: warning: checkout\.partners: is beneath "partners"/)
    expect(err).toMatch(/guests\.yaml:7: warning: users\.access\.rules\[0\]\.callers\[0\]: "scoped" asks for claims/)
    const checked = await selvedge('check', '-f', guests, '--config', trusting)
    expect(checked.out).toMatch(/‼ \d+ tokens that say who calls go to no domain that others share/)
    expect(checked.out).toMatch(/‼ \d+ no guest has the name of a record/)
  })
})
