import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Edits, startEdits } from '../../examples/shop/edits.ts'

describe('edits of KV by PUT', () => {
  const written = new Map<string, string>()
  let edits: Edits
  beforeEach(async () => {
    written.clear()
    edits = await startEdits(0, async (service, record) => void written.set(service, record))
  })
  afterEach(() => edits.close())

  async function put(name: string, body: string) {
    const response = await fetch(`${edits.url}/services/${name}`, { method: 'PUT', body })
    return { status: response.status, text: await response.text() }
  }

  it.each([
    ['https://a.example.com', 'users'],
    ['{ "endpoints": [{ "binding": "PAYMENT" }] }', '*.shop'],
  ])('write the record %s', async (record, name) => {
    expect(await put(name, record)).toEqual({ status: 200, text: `KV: services/${name} is written.\n` })
    expect([...written]).toEqual([[name, record]])
  })

  it.each([
    ['payment', '{ "endpoints": ["http://', 'Not JSON: '],
    [
      'payment',
      '{ "endpoint": ["https://a"] }',
      'endpoint: is not a field that this version knows. Did you mean "endpoints"?\n',
    ],
    ['payment', 'garbage', 'Expected a URL or a JSON object, got "garbage".\n'],
    ['payment', '{ "timeouts": { "request": 2 }, "endpoints": [] }', 'timeouts.request: Expected a duration'],
    ['payment', '', 'Expected a URL or a JSON object'],
    ['No_Name', 'https://a.example.com', '"No_Name" is not a service name'],
    ['%zz', 'https://a.example.com', '"%zz" is not a service name'],
  ])('refuse garbage in the words of the validator, and write nothing: %s = %s', async (name, record, words) => {
    const { status, text } = await put(name, record)
    expect(status).toBe(422)
    expect(text).toContain('KV is left as it was: the mesh would refuse this record.\n')
    expect(text).toContain(words)
    expect(written.size).toBe(0)
  })
})

describe('a fault, to be found', () => {
  const given = async () => {
    const broken: string[] = []
    const edits = await startEdits(0, async () => {}, {
      breakOne: async () => void broken.push('bank was slow'),
      mend: async () => broken.pop(),
    })
    const ask = async (method: string) => {
      const answer = await fetch(`${edits.url}/fault`, { method })
      return [answer.status, await answer.text()]
    }
    return { broken, edits, ask }
  }

  it('is not told when it is made, and is when it is mended', async () => {
    const { broken, edits, ask } = await given()
    expect(await ask('POST')).toEqual([200, 'Something is broken. The dashboard shows where, within a minute.\n'])
    expect(broken).toEqual(['bank was slow'])
    expect(await ask('DELETE')).toEqual([200, 'It was this: bank was slow. It is mended.\n'])
    expect(await ask('DELETE')).toEqual([200, 'Nothing was broken.\n'])
    expect((await ask('GET'))[0]).toBe(405)
    await edits.close()
  })
})
