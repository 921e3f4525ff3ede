/** What docs/queues.md says becomes of a message is what the code does. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { dispositionOf, dispositionOfError } from '../../../src/core/disposition.ts'
import { MEANINGS, type MeshErrorCode } from '../../../src/core/errors.ts'
import { parseRecord } from '../../../src/record/parse.ts'
import { deliveryPolicy } from '../../../src/targets/queue/delivery.ts'

const page = readFileSync(new URL('../../../docs/queues.md', import.meta.url), 'utf8')
const [, section = ''] = page.split('## What becomes of a message')
const rows = [...section.matchAll(/^\| (.*) \| (.*) \|$/gm)].map(([, came = '', fate = '']) => ({ came, fate }))

it('of each status', () => {
  const row = (beginning: string) => rows.find(({ came }) => came.startsWith(beginning))
  expect(row('2xx')?.fate).toBe('is done')
  const again = [...(row('408')?.came.split(', 5xx')[0] ?? '').matchAll(/\d{3}/g)].map(([status]) => Number(status))
  expect(again).toHaveLength(5)
  for (let status = 200; status < 600; status++) {
    const isAgain = again.includes(status) || (status >= 500 && status !== 501)
    const otherwise = status < 300 ? 'done' : status === 410 ? 'gone' : 'dead'
    expect(dispositionOf(status), String(status)).toBe(isAgain ? 'again' : otherwise)
  }
})

it('of each error that it names', () => {
  const named = rows.flatMap(({ came, fate }) =>
    [...came.matchAll(/`([a-z_]+)`/g)].flatMap(([, code = '']) => (code in MEANINGS ? [{ code, fate }] : [])),
  )
  expect(named.length).toBeGreaterThan(12)
  for (const { code, fate } of named) {
    expect(dispositionOfError(code as MeshErrorCode), code).toBe(fate.startsWith('comes again') ? 'again' : 'dead')
  }
})

it('by the defaults that its record shows', () => {
  const [, text = ''] = /## The record\n\n```jsonc\n([\s\S]*?)```/.exec(page) ?? []
  const { endpoints } = parseRecord(text.replace(/\/\/ .*$/gm, ''))
  const [{ target } = { target: undefined }] = endpoints
  if (target?.kind !== 'queue') throw new Error('It shows no queue.')
  expect(deliveryPolicy(target.delivery)).toEqual({
    ...deliveryPolicy(),
    deadLetter: 'JOBS_DLQ',
    deduplicateMs: 86_400_000,
  })
})
