/** Keys that are made for one run, of the mesh and of a partner: the public half for all who verify, the private one for who signs. */
import { importJWK, SignJWT } from 'jose'

/** The trust domain of the shop. */
export const DOMAIN = 'shop.test'

export interface ShopKey {
  /** A JWK, as it stands in a key set. */
  readonly open: object
  /** The private one, as it stands in a secret. */
  readonly secret: string
}

export async function newKey(kid: string): Promise<ShopKey> {
  const { privateKey } = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair
  const { kty, crv, x, d } = (await crypto.subtle.exportKey('jwk', privateKey)) as JsonWebKey
  const open = { kid, alg: 'Ed25519', kty, crv, x }
  return { open, secret: JSON.stringify({ ...open, d }) }
}

const PARTNER = 'https://partner.test'

/** The variables of the mesh and of its control plane: whose keys they believe, and what a partner's callers are called. */
export function trustVars(
  { open, secret }: ShopKey,
  partner: ShopKey,
): { readonly MESH_TRUST: string; readonly MESH_KEY: string } {
  const trust = {
    domain: DOMAIN,
    keys: { keys: [open] },
    sign: 'MESH_KEY',
    issuers: [
      {
        issuer: PARTNER,
        audiences: [DOMAIN],
        jwks: { keys: [partner.open] },
        algorithms: ['Ed25519'],
        under: 'partners',
        caller: { claim: 'sub' },
      },
    ],
  }
  return { MESH_TRUST: JSON.stringify(trust), MESH_KEY: secret }
}

/** A JWT as the partner's own server makes it. */
export async function partnerToken({ secret }: ShopKey, sub: string, audience: string): Promise<string> {
  const { kid, ...jwk } = JSON.parse(secret)
  const token = new SignJWT({ sub }).setProtectedHeader({ alg: 'Ed25519', kid, typ: 'JWT' }).setIssuer(PARTNER)
  return token
    .setAudience(audience)
    .setExpirationTime('5m')
    .sign(await importJWK(jwk, 'Ed25519'))
}
