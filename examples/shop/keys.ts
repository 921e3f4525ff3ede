/** A key of the mesh, made for one run: its public half for all who verify, its private one for who signs. */

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

/** The variables of the mesh and of its control plane. */
export function trustVars({ open, secret }: ShopKey): { readonly MESH_TRUST: string; readonly MESH_KEY: string } {
  return { MESH_TRUST: JSON.stringify({ domain: DOMAIN, keys: { keys: [open] }, sign: 'MESH_KEY' }), MESH_KEY: secret }
}
