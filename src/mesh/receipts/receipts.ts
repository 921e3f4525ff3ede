/** Receipts, revisions and grants: what tells callers that are believed why a call went as it did. */
import type { Seal } from '../../core/seal.ts'
import { covers, readGrant } from '../../wire/grant.ts'
import { EXPLAIN, GRANT, REVISION } from '../../wire/headers.ts'
import { readPlace } from '../../wire/place.ts'
import type { Receipts } from './inquiry.ts'
import { notes } from './notes.ts'

/**
 * For `createMesh({ receipts })` and `createWorker({ receipts })`: the default Worker has it.
 *
 * @param grants knows grants by their seal. Default: nobody is granted anything, and only members of the mesh are told.
 */
export function receipts(grants?: Seal): Receipts {
  let isolate: string | undefined
  return {
    async isGranted(headers, name, now) {
      const text = headers.get(GRANT)
      const grant = text === null || !grants ? undefined : await readGrant(text, grants, now)
      return grant !== undefined && covers(grant, name)
    },
    notes(headers, request, random, clock) {
      const explains = headers.get(EXPLAIN) === '1'
      if (!explains && headers.get(REVISION) !== '1') return undefined
      // Drawn when first asked for: at module scope there is no chance.
      isolate ??= random.hex(4)
      return notes({ explains, request, random, clock, isolate, location: readPlace(request)?.colo })
    },
  }
}
