/** The fake is honest: AWS's own client can call it, and what is signed wrongly is refused. */
import { InvokeCommand, InvokeWithResponseStreamCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KEYS, type LambdaFake, REGION, startLambda } from './lambda-fake.ts'

describe('the Lambda fake', () => {
  let fake: LambdaFake
  beforeAll(async () => {
    fake = await startLambda()
    fake.functions.users = (event) => ({ heard: event })
    fake.functions.broken = () => {
      throw new RangeError('It broke.')
    }
    fake.streaming.stream = async function* () {
      yield 'one '
      yield 'two'
    }
  })
  afterAll(() => fake?.close())

  function client(secretAccessKey = KEYS.AWS_SECRET_ACCESS_KEY, region = REGION) {
    const credentials = { accessKeyId: KEYS.AWS_ACCESS_KEY_ID, secretAccessKey }
    return new LambdaClient({ endpoint: fake.url, region, credentials, maxAttempts: 1 })
  }

  it('invokes for the client of AWS', async () => {
    const Payload = JSON.stringify({ id: 42 })
    const answer = await client().send(new InvokeCommand({ FunctionName: 'users', Qualifier: 'live', Payload }))
    expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toEqual({ heard: { id: 42 } })
    expect(fake.invocations.at(-1)).toMatchObject({ function: 'users', qualifier: 'live' })
  })

  it('says that a function failed as AWS does', async () => {
    const answer = await client().send(new InvokeCommand({ FunctionName: 'broken', Payload: '{}' }))
    expect(answer.FunctionError).toBe('Unhandled')
    expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toMatchObject({ errorType: 'RangeError' })
  })

  it('streams in the format that the client of AWS reads', async () => {
    const answer = await client().send(new InvokeWithResponseStreamCommand({ FunctionName: 'stream', Payload: '{}' }))
    let text = ''
    let isComplete = false
    for await (const { PayloadChunk, InvokeComplete } of answer.EventStream ?? []) {
      text += Buffer.from(PayloadChunk?.Payload ?? []).toString()
      isComplete ||= InvokeComplete !== undefined
    }
    expect([text, isComplete]).toEqual(['one two', true])
  })

  it.each([
    ['another key', ['wrong'], 'InvalidSignatureException'],
    ['another region', [undefined, 'us-east-1'], 'InvalidSignatureException'],
  ] as const)('refuses a client with %s', async (_, how, name) => {
    const sent = client(...how).send(new InvokeCommand({ FunctionName: 'users', Payload: '{}' }))
    await expect(sent).rejects.toMatchObject({ name })
  })

  it('knows no function that is not there', async () => {
    const sent = client().send(new InvokeCommand({ FunctionName: 'nobody', Payload: '{}' }))
    await expect(sent).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })
})
