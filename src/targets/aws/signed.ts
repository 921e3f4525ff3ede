/** A request to an address of AWS, signed: function URLs, API Gateway. */
import { MeshError } from '../../core/errors.ts'
import type { Sent } from '../sent.ts'
import { wholeBody } from '../whole.ts'
import { isAmazons } from './amazons.ts'
import type { SigV4Credentials } from './credentials.ts'
import type { SignedFetch } from './sigv4.ts'

/** The content of a signed request, at most, in bytes: it is held to be hashed (API Gateway takes as much). */
const SIGNED_BYTES = 10_485_760

export async function sendSigned(
  fetchSigned: SignedFetch,
  url: string,
  { service, region, secret }: SigV4Credentials,
  { method }: Request,
  sent: Sent,
): Promise<Response> {
  const body = await wholeBody(sent.attempt.body, SIGNED_BYTES)
  if (!body) throw new MeshError('request_too_large', `What is signed is ${SIGNED_BYTES} bytes at most.`)
  const headers = new Headers(sent.outgoing)
  for (const name of Array.from(headers.keys()).filter(isAmazons)) headers.delete(name)
  return fetchSigned({ method, url: unsigned(url), headers, body, service, region, secret }, sent)
}

/** The address without a signature of the caller's own in its query, which AWS would judge in place of ours. */
function unsigned(address: string): string {
  const url = new URL(address)
  const names = [...url.searchParams.keys()].filter(isAmazons)
  for (const name of names) url.searchParams.delete(name)
  return names.length > 0 ? url.href : address
}
