/** A service that asks who calls, as Cloud Run does, behind a name: its id tokens come from a real OpenID provider. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRemoteJWKSet, exportPKCS8, generateKeyPair, type JWTPayload, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type MeshWorker, startMesh } from '../support/mesh-worker.ts'
import { type OidcServer, startOidc } from '../support/oidc-server.js'

const CLIENT = 'mesh@project.iam.gserviceaccount.com'

/** Lets in whoever shows a token of the issuer that is meant for it: all by OpenID Connect discovery. */
async function startRun(issuer: string): Promise<{ server: Server; url: string; seen: JWTPayload[] }> {
  const discovered = await fetch(`${issuer}/.well-known/openid-configuration`)
  const { jwks_uri: jwks } = (await discovered.json()) as { jwks_uri: string }
  const keys = createRemoteJWKSet(new URL(jwks))
  const seen: JWTPayload[] = []
  const server = createServer((request, response) => {
    const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? []
    jwtVerify(token, keys, { issuer, audience: url }).then(
      ({ payload }) => {
        seen.push(payload)
        response.end(`hello, ${payload.sub}`)
      },
      (error) => response.writeHead(401).end(String(error)),
    )
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { server, url, seen }
}

describe('a service that asks who calls', () => {
  let oidc: OidcServer
  let run: Awaited<ReturnType<typeof startRun>>
  let other: Awaited<ReturnType<typeof startRun>>
  let mesh: MeshWorker

  beforeAll(async () => {
    const known = await generateKeyPair('RS256', { extractable: true })
    const unknown = await generateKeyPair('RS256', { extractable: true })
    oidc = await startOidc({ clientId: CLIENT, publicKey: known.publicKey })
    run = await startRun(oidc.issuer)
    other = await startRun(oidc.issuer)
    const account = async (key: CryptoKey, over: object = {}) =>
      JSON.stringify({
        type: 'service_account',
        client_email: CLIENT,
        private_key: await exportPKCS8(key),
        private_key_id: 'key-1',
        token_uri: oidc.tokenUri,
        ...over,
      })
    const asks = (url: string, secret: string) => ({
      endpoints: [{ url, credentials: { type: 'google-id-token', secret } }],
    })
    mesh = await startMesh({
      vars: {
        GCP: await account(known.privateKey),
        FORGED: await account(unknown.privateKey),
        STRANGER: await account(known.privateKey, { client_email: 'stranger@project.iam.gserviceaccount.com' }),
        HASTY: await account(known.privateKey, { private_key_id: 'key-2' }),
      },
      records: {
        run: asks(run.url, 'GCP'),
        other: asks(other.url, 'GCP'),
        forged: asks(run.url, 'FORGED'),
        stranger: asks(run.url, 'STRANGER'),
        hasty: { ...asks(run.url, 'HASTY'), timeouts: { request: '1s' } },
        open: run.url,
      },
    })
  })
  afterAll(async () => {
    await mesh?.dispose()
    for (const { server } of [run, other]) {
      server?.closeAllConnections()
      server?.close()
    }
    oidc?.close()
  })
  beforeEach(() => {
    oidc.override = undefined
  })

  it('lets nobody in who shows nothing', async () => {
    expect((await mesh.call('/svc/open/')).status).toBe(401)
  })

  it('lets the mesh in, by one token for many calls', async () => {
    const before = oidc.asked
    for (let call = 0; call < 5; call++) {
      const answer = await mesh.call('/svc/run/', { method: 'POST', body: 'x' })
      expect([answer.status, answer.text]).toEqual([200, `hello, ${CLIENT}`])
    }
    expect(oidc.asked - before).toBe(1)
    expect(run.seen.at(-1)).toMatchObject({ iss: oidc.issuer, aud: run.url, sub: CLIENT })
  })

  it('is shown a token of its own: one for another service is not taken', async () => {
    expect((await mesh.call('/svc/other/')).status).toBe(200)
    expect(other.seen.at(-1)).toMatchObject({ aud: other.url })
  })

  it.each([
    ['forged', 'a key that the provider does not know'],
    ['stranger', 'a client that the provider does not know'],
  ])('is not called with %s credentials: %s', async (service) => {
    const before = run.seen.length
    const answer = await mesh.callTrusted(service, '/', { method: 'POST' })
    expect([answer.status, answer.headers['selvedge-error']]).toEqual([502, 'credential_failed'])
    // Nothing of what was sent, and beside it why it ends there.
    const said = `The token endpoint answered secret "${service.toUpperCase()}" with 401: invalid_client.`
    expect(answer.json.detail).toMatch(new RegExp(`^${said}( It was not tried again: the retry [a-z ]+\\.)?$`))
    expect(run.seen).toHaveLength(before)
  })

  it('is not waited for by a token endpoint that hangs: the deadline holds', async () => {
    oidc.override = () => {}
    const startedAt = performance.now()
    const answer = await mesh.call('/svc/hasty/')
    expect([answer.status, answer.headers['selvedge-error']]).toEqual([504, 'deadline_exceeded'])
    expect(performance.now() - startedAt).toBeLessThan(10_000)
  })
})
