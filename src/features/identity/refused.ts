/** The refusal of a token: 401 in the words of RFC 6750, which say what is wrong and never the token. */
import { MeshError } from '../../core/errors.ts'

/**
 * @param realm the trust domain, told as RFC 9110 §11.5 has it.
 * @param header where the token stood.
 * @param fault what is wrong with it. It repeats nothing of the token but times, and has neither quotes nor backslashes.
 */
export function tokenRefused(realm: string, header: string, fault: string): MeshError {
  const challenge = `Bearer realm="${realm}", error="invalid_token", error_description="${fault}"`
  return new MeshError('caller_unknown', `The token in ${header} is refused: ${fault}.`, {
    extra: { headers: { 'www-authenticate': challenge }, members: {} },
  })
}
