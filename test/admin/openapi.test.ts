import { createConfig, lintFromString } from '@redocly/openapi-core'
import { describe, expect, it } from 'vitest'
import { type Asked, toured } from '../support/admin-tour.ts'
import { description } from '../support/api/description.ts'
import { givenAdmin } from '../support/given-admin.ts'

async function described() {
  const { ask } = await givenAdmin()
  const answer = await ask('/openapi.json', { headers: { authorization: 'none' } })
  const text = await answer.text()
  return { text, api: description(JSON.parse(text)) }
}

describe('the description of the API', () => {
  it('is OpenAPI 3.1 by the rules of redocly', async () => {
    const { text } = await described()
    const config = await createConfig({ extends: ['recommended'] })
    const lint = (source: string) => lintFromString({ source, absoluteRef: 'openapi.json', config })
    expect(await lint(text.replaceAll('"operationId":"history"', '"operationId":"drift"'))).not.toEqual([])
    const problems = await lint(text)
    expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([])
  })

  it('names each operation once, and says what each refuses with', async () => {
    const { api } = await described()
    const ids = api.operations.map(({ id }) => id)
    expect(ids.length).toBeGreaterThanOrEqual(15)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { id, responses } of api.operations) {
      expect(Object.keys(responses), id).toEqual(expect.arrayContaining(['400', '401', '403', '503']))
      for (const [status, { content = {} }] of Object.entries(responses)) {
        const answered = id === 'tap' ? 'application/x-ndjson' : 'application/json'
        const type = Number(status) >= 400 ? 'application/problem+json' : answered
        if (status !== '304') expect(Object.keys(content), `${id} ${status}`).toEqual([type])
      }
    }
  })

  it('says the same when it is asked again, and holds nothing of the installation', async () => {
    const { text } = await described()
    expect((await described()).text).toBe(text)
    expect(text).not.toMatch(/mesh\.test|thirty/)
  })
})

describe('the client', () => {
  it('asks what is described, and is answered as described, by each of its methods', async () => {
    const { api } = await described()
    const asked = await toured()
    const wrong = asked.flatMap((one) => issuesOf(api, one))
    expect(wrong).toEqual([])
    const used = new Set(asked.map(({ method, path }) => api.operationFor(method, path)?.id))
    const unused = api.operations.map(({ id }) => id).filter((id) => !used.has(id))
    expect(unused).toEqual([])
  })
})

function issuesOf(api: Awaited<ReturnType<typeof described>>['api'], asked: Asked): string[] {
  const { of, method, path, query, headers, body, answer } = asked
  const operation = api.operationFor(method, path)
  if (!operation) return [`${of}: ${method} ${path} is not described`]
  const issues: string[] = []
  const parameters = (where: string) => operation.parameters.filter((one) => one.in === where).map(({ name }) => name)
  for (const name of query) if (!parameters('query').includes(name)) issues.push(`no parameter ${name}`)
  for (const name of headers) if (!parameters('header').includes(name)) issues.push(`no header ${name}`)
  if (body) {
    const taken = operation.body[body.type]
    if (taken) issues.push(...api.issuesOf(taken.schema, body.value))
    else issues.push(`no body of ${body.type}`)
  }
  const told = operation.responses[answer.status]?.content?.[answer.type]
  if (told) issues.push(...api.issuesOf(told.schema, answer.value))
  else issues.push(`no answer ${answer.status} of ${answer.type}`)
  return issues.map((issue) => `${of}, ${operation.id}: ${issue}`)
}
