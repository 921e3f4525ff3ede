/** An authorization server for partners, by oidc-provider: client credentials, and JWT access tokens (RFC 9068) for one resource. */
export interface PartnerOidc {
  readonly issuer: string
  readonly jwks: string
  readonly clientId: string
  /** A token for the resource, as the server issues it. */
  token(resource: string): Promise<string>
  close(): void
}

export function startPartnerOidc(): Promise<PartnerOidc>
