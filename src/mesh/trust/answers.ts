/** What a mesh with keys tells at paths of its own hosts: its public keys, and who asks. */
import { STRANGER } from '../../core/caller.ts'
import { MeshError } from '../../core/errors.ts'
import type { HeldKeys, KeyAsking } from '../../features/identity/held-keys.ts'
import { IDENTITY } from '../../wire/headers.ts'
import { readJws } from '../../wire/jws.ts'
import { jwksOf } from '../../wire/key-set.ts'
import { problemResponse } from '../../wire/problem/problem.ts'
import type { Identities, Shown } from './identities.ts'
import { WHOAMI_PATH, whoami } from './whoami.ts'

const JWKS_PATH = '/-/trust/jwks.json'

/** @param keys `undefined`: this mesh was told of none. */
export function answers(
  keys: HeldKeys | undefined,
  callerOf: Identities['callerOf'],
  clock: KeyAsking['clock'],
): Identities['answer'] {
  return function answer(path, request, by, defer) {
    if (path === JWKS_PATH) return keys && jwks(keys, { clock, defer }).catch(refused)
    if (path !== WHOAMI_PATH || by.name !== undefined) return undefined
    try {
      const shown = callerOf(request, false, () => audienceIn(request), defer)
      return shown && Promise.resolve(shown).then(told).catch(refused)
    } catch (error) {
      return Promise.resolve(refused(error))
    }

    function refused(error: unknown): Response {
      if (error instanceof MeshError) return problemResponse(error, request)
      throw error
    }
  }
}

function told({ caller = STRANGER }: Partial<Shown> = {}): Response {
  return whoami(caller, caller.proof === 'identity')
}

/** Who asks may have a token for whatever receiver. */
function audienceIn(request: Request): string {
  const aud = readJws(request.headers.get(IDENTITY) ?? '')?.claims['aud']
  return typeof aud === 'string' ? aud : ''
}

/** Nobody keeps them: from publication until all have a key two minutes pass at most. */
async function jwks(keys: HeldKeys, asking: KeyAsking): Promise<Response> {
  const headers = {
    'content-type': 'application/jwk-set+json',
    'cache-control': 'no-store',
  }
  return new Response(JSON.stringify(jwksOf(await keys.newest(asking))), { headers })
}
