/** An authorization server for partners, by oidc-provider. Not TypeScript: it comes without types. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import Provider from 'oidc-provider'
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js'

const CLIENT = 'acme-client'
const SECRET = 'a-secret-of-the-test'

export async function startPartnerOidc() {
  let answer = (_request, response) => response.end()
  const server = createServer((request, response) => answer(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const issuer = `http://127.0.0.1:${server.address().port}`
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT,
        client_secret: SECRET,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'issuer-1', use: 'sig', alg: 'RS256' }] },
    adapter: (model) => new MemoryAdapter(model),
    cookies: { keys: ['of a test'] },
    scopes: ['orders:read'],
    ttl: { ClientCredentials: 600 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, resource) => ({
          scope: 'orders:read',
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  })
  answer = provider.callback()
  return {
    issuer,
    jwks: `${issuer}/jwks`,
    clientId: CLIENT,
    async token(resource) {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${btoa(`${CLIENT}:${SECRET}`)}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: `${new URLSearchParams({ grant_type: 'client_credentials', resource, scope: 'orders:read' })}`,
      })
      const said = await response.json()
      if (said.access_token === undefined) throw new Error(JSON.stringify(said))
      return said.access_token
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
