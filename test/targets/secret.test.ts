/** Which secrets a record may name, in whatever way it names them. */
import { describe, expect, it } from 'vitest'
import { cloud } from '../../src/cloud.ts'
import type { KnownTarget } from '../../src/targets/kinds.ts'
import { givenNetwork, givenPlace, givenSent } from '../support/given.ts'
import { KEYS } from '../support/lambda-fake.ts'

const ADDRESS = 'https://users.example.com'
const AWS = { service: 'lambda', region: 'eu-west-1' }

/** Every way in which a record names a secret; of AWS the prefix of several. */
const WAYS: [string, (secret: string) => KnownTarget][] = [
  [
    'a header',
    (secret) => ({
      kind: 'url',
      url: ADDRESS,
      credentials: { type: 'header', header: 'x-key', scheme: undefined, secret },
    }),
  ],
  [
    'a bearer token',
    (secret) => ({
      kind: 'url',
      url: ADDRESS,
      credentials: { type: 'header', header: 'authorization', scheme: 'Bearer', secret },
    }),
  ],
  [
    'a service account',
    (secret) => ({ kind: 'url', url: ADDRESS, credentials: { type: 'google-id-token', audience: ADDRESS, secret } }),
  ],
  ['a signature', (secret) => ({ kind: 'url', url: ADDRESS, credentials: { type: 'aws-sigv4', ...AWS, secret } })],
  [
    'a Lambda function',
    (secret) => ({
      kind: 'lambda',
      function: 'users',
      region: 'eu-west-1',
      secret,
      qualifier: undefined,
      invocation: 'request',
      endpointUrl: undefined,
    }),
  ],
]

/** What a call answers, or what it is refused for; and whether anything was sent. */
async function outcome(target: KnownTarget, bindings: object, secrets?: readonly string[]) {
  let sent = 0
  const network = givenNetwork({
    fetch: (async () => {
      sent += 1
      return Response.json({})
    }) as unknown as typeof fetch,
    bindings: { ...bindings },
    secrets,
    cloud,
  })
  const answer = await network(new Request(ADDRESS), givenSent({ endpoint: givenPlace(target) })).then(
    ({ status }) => status,
    ({ code, message }) => `${code}: ${message}`,
  )
  return { answer, sent }
}

/** A secret of this name, or those of this prefix: whatever a way makes of it. */
const everything = (secret: string) => ({
  [secret]: 'hunter2',
  [`${secret}_ACCESS_KEY_ID`]: KEYS.AWS_ACCESS_KEY_ID,
  [`${secret}_SECRET_ACCESS_KEY`]: KEYS.AWS_SECRET_ACCESS_KEY,
})

describe.each(WAYS)('as %s', (way, target) => {
  const isAws = way === 'a signature' || way === 'a Lambda function'

  it.each([
    'ADMIN_TOKEN',
    'ADMIN_TOKENS',
    'MESH_SESSION_KEY',
    'MESH_KEY',
    'OTLP_HEADERS',
    ...(isAws ? ['MESH', 'OTLP'] : []),
  ])('%s is never named, whatever is allowed', async (secret) => {
    for (const allowed of [undefined, [secret], ['ADMIN_*', 'MESH_*', 'OTLP_*'], [`${secret}_ACCESS_KEY_ID`]]) {
      const { answer, sent } = await outcome(target(secret), everything(secret), allowed)
      expect(answer).toMatch(new RegExp(`^credential_failed: Secret "${secret}\\w*" is none that a record may name`))
      expect(answer).not.toContain('hunter2')
      expect(sent).toBe(0)
    }
  })

  it('another than the allowed is refused, and nothing is sent', async () => {
    for (const allowed of [[], ['OTHER'], ['OTHER_*'], ['KEY_OTHER'], ['KE'], ['KEY_X_*']]) {
      const { answer, sent } = await outcome(target('KEY'), everything('KEY'), allowed)
      expect(answer).toMatch(/^credential_failed: Secret "KEY\w*" is none that a record may name/)
      expect(sent).toBe(0)
    }
  })

  it('an allowed one is used', async () => {
    const names = isAws ? ['KEY_ACCESS_KEY_ID', 'KEY_SECRET_ACCESS_KEY'] : ['KEY']
    for (const allowed of [undefined, names, [...names, 'OTHER_*'], ...(isAws ? [['KEY_*']] : [])]) {
      const { answer } = await outcome(target('KEY'), everything('KEY'), allowed)
      // That of a service account is read, and found to be none.
      if (way === 'a service account') expect(answer).toContain('is no service account key')
      else expect(answer).toBe(200)
    }
  })
})

it('a session token that is set is asked for like the rest', async () => {
  const bindings = { ...KEYS, AWS_SESSION_TOKEN: 'token' }
  const [, target] = WAYS[3] as (typeof WAYS)[number]
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']
  expect((await outcome(target('AWS'), KEYS, names)).answer).toBe(200)
  expect((await outcome(target('AWS'), bindings, names)).answer).toContain('"AWS_SESSION_TOKEN" is none')
  expect((await outcome(target('AWS'), bindings, [...names, 'AWS_SESSION_TOKEN'])).answer).toBe(200)
})
