/**
 * An OpenID provider by oidc-provider, with the grant of Google's service accounts. Not TypeScript: it comes without types.
 *
 * The grant (RFC 7523) is not among those it has, but the check of an RS256 assertion is, as `private_key_jwt`: issuer,
 * audience, expiry, signature, and that it was not shown before. So the assertion is handed to that check.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { decodeJwt, exportJWK, generateKeyPair } from 'jose'
import Provider from 'oidc-provider'
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js'

const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const CLIENT_ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export async function startOidc({ clientId, publicKey }) {
  let answer = (_request, response) => response.end()
  const server = createServer((request, response) => answer(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const issuer = `http://127.0.0.1:${server.address().port}`
  const oidc = { issuer, tokenUri: `${issuer}/token`, asked: 0, override: undefined, close }

  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'RS256',
        jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'key-1', use: 'sig', alg: 'RS256' }] },
        grant_types: [GRANT],
        redirect_uris: [],
        response_types: [],
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'issuer-1', use: 'sig', alg: 'RS256' }] },
    // The one it takes by itself, said so that it does not warn of it.
    adapter: (model) => new MemoryAdapter(model),
    cookies: { keys: ['of a test'] },
    features: { devInteractions: { enabled: false } },
    ttl: { IdToken: 3600 },
  })
  provider.registerGrantType(GRANT, async (ctx) => {
    const { client, params } = ctx.oidc
    const { target_audience: audience } = decodeJwt(params.client_assertion)
    const token = new provider.IdToken({ sub: client.clientId }, { ctx, client: named(client, audience) })
    token.scope = 'openid'
    ctx.body = { id_token: await token.issue({ use: 'idtoken' }) }
  })
  const callback = provider.callback()

  answer = async (request, response) => {
    if (request.url !== '/token') return callback(request, response)
    oidc.asked += 1
    if (oidc.override) return oidc.override(request, response)
    callback(await withClientAssertion(request), response)
  }

  function close() {
    server.closeAllConnections()
    server.close()
  }
  return oidc
}

/** Its tokens are for the audience that was asked for, not for the client. */
function named(client, audience) {
  return Object.create(client, { clientId: { value: audience } })
}

/** The same request, its assertion as that of the client. */
async function withClientAssertion(request) {
  const { assertion, ...form } = Object.fromEntries(new URLSearchParams(`${await buffer(request)}`))
  const sent = { ...form, client_assertion: assertion, client_assertion_type: CLIENT_ASSERTION }
  const body = Buffer.from(`${new URLSearchParams(sent)}`)
  const { method, url, socket, httpVersion } = request
  const headers = { ...request.headers, 'content-length': `${body.length}` }
  return Object.assign(Readable.from([body]), { method, url, socket, httpVersion, headers })
}
