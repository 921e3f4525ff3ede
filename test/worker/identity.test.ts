/** Tokens in workerd: the attacks, and the vectors of the standards, judged by the WebCrypto that the mesh runs on. */
import '../features/identity/attacks.test.ts'
import '../features/identity/vectors.test.ts'
import { expect, it } from 'vitest'
import { silent } from '../../src/core/log.ts'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { privateKeys } from '../../src/features/identity/private-keys.ts'
import { signer } from '../../src/features/identity/signer.ts'
import { DOMAIN, givenKey } from '../support/given-keys.ts'

it('signs the same bytes in every isolate with Ed25519, which verify in Node, too', async () => {
  const key = await givenKey('mesh-1')
  const asking = { clock: virtualClock(), defer: silent }
  const token = async () =>
    signer(DOMAIN, privateKeys(key.secret, 'MESH_KEY'), undefined).tokenFor('checkout', 'users', asking)
  const [one, other] = [await token(), await token()]
  expect(one).toBe(other)
  expect(one?.length).toBeLessThan(320)
})
