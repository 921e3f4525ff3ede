/** The key that a token names: found among those that are held, or read once more. */
import { MeshError } from '../../core/errors.ts'
import type { PublicKey } from '../../wire/key-set.ts'
import type { HeldKeys, KeyAsking } from './held-keys.ts'

/**
 * @param refused the refusal of a token.
 * @throws {MeshError} that refusal where no such key exists; `trust_unavailable` where nobody can say.
 */
export async function keyNamed(
  keys: HeldKeys,
  kid: string,
  asking: KeyAsking,
  refused: (fault: string) => MeshError,
): Promise<PublicKey> {
  const known = (await keys.find(asking)).of(kid)
  if (known) return known
  const { keys: read, isSure } = await keys.again(asking)
  const found = read.of(kid)
  if (found) return found
  throw isSure
    ? refused('a key that is not known')
    : new MeshError(
        'trust_unavailable',
        'The token names a key that is not known, and the keys could not be read anew.',
      )
}
