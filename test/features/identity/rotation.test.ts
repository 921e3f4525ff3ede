/** A key turns while 50 verifiers read the set late, each by its own lag of KV: nobody is refused at any moment. */
import { beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../../../src/core/log.ts'
import { SIGNS_AFTER_S, TOKENS_LIVE_S } from '../../../src/core/time/key-times.ts'
import { type Random, seeded } from '../../../src/core/time/random.ts'
import type { VirtualClock } from '../../../src/core/time/virtual-clock.ts'
import { type HeldKeys, heldKeys } from '../../../src/features/identity/held-keys.ts'
import { privateKeys } from '../../../src/features/identity/private-keys.ts'
import { signer } from '../../../src/features/identity/signer.ts'
import { verifier } from '../../../src/features/identity/verifier.ts'
import { keySet } from '../../../src/wire/key-set.ts'
import { cryptoClock } from '../../support/crypto-clock.ts'
import { DOMAIN, type GivenKey, givenKey } from '../../support/given-keys.ts'

const START_MS = 1_800_000_000_000
const VERIFIERS = 50
const SIGNERS = 5
const LAG_MS = 90_000
/** From the publication of a key until the one before it may go. */
const RETIRE_MS = (SIGNS_AFTER_S + TOKENS_LIVE_S) * 1000

let one: GivenKey
let two: GivenKey
beforeAll(async () => {
  one = await givenKey('mesh-1')
  two = await givenKey('mesh-2')
})

/** KV as so many places see it: each place is behind by its own lag, 0 to 90 s. */
function store(clock: VirtualClock, random: Random) {
  const versions: { at: number; text: string }[] = []
  return {
    put: (...keys: [GivenKey, number][]) =>
      versions.push({
        at: clock.now(),
        text: JSON.stringify({ keys: keys.map(([{ open }, since]) => ({ ...open, 'selvedge:since': since / 1000 })) }),
      }),
    placed(): HeldKeys {
      const lagMs = random.next() * LAG_MS
      return heldKeys({
        what: 'TRUST/keys',
        async read() {
          const text = (versions.findLast(({ at }) => at <= clock.now() - lagMs) ?? versions[0])?.text as string
          return { text }
        },
        parse: (text) => keySet(JSON.parse(text)),
        freshMs: 5_000,
        maxStaleMs: 3_600_000,
        againMs: 10_000,
        pauseMs: 1_000,
        readMs: 1_000,
        log: silent,
      })
    },
  }
}

async function turned(
  seed: number,
  steps: (at: {
    put: ReturnType<typeof store>['put']
    secret: (...keys: GivenKey[]) => void
  }) => Record<number, () => void>,
  untilMs: number,
) {
  const clock = cryptoClock(START_MS)
  const random = seeded(seed)
  const kv = store(clock, random)
  const hour = START_MS - 3_600_000
  kv.put([one, hour])
  const places = Array.from({ length: SIGNERS }, () => kv.placed())
  let signers = places.map((keys) => signer(DOMAIN, privateKeys(one.secret, 'MESH_KEY'), keys))
  const secret = (...keys: GivenKey[]) => {
    const text = JSON.stringify({ keys: keys.map(({ whole }) => whole) })
    signers = places.map((keys) => signer(DOMAIN, privateKeys(text, 'MESH_KEY'), keys))
  }
  const verifiers = Array.from({ length: VERIFIERS }, () => verifier(DOMAIN, kv.placed()))
  const due = Object.entries(steps({ put: kv.put, secret })).map(([atMs, step]) => ({ atMs: Number(atMs), step }))
  const asking = { clock, defer: (work: Promise<unknown>) => void work }
  const kids = new Set<string>()
  const refused: string[] = []
  let calls = 0
  for (let ms = 0; ms < untilMs; ms += 1_000) {
    while (due[0] && due[0].atMs <= ms) due.shift()?.step()
    for (let call = 0; call < 6; call++) {
      const sign = signers[Math.floor(random.next() * SIGNERS)]
      const verify = verifiers[Math.floor(random.next() * VERIFIERS)]
      const token = await clock.run(Promise.resolve(sign?.tokenFor('checkout', 'users', asking)))
      if (token === undefined) {
        refused.push(`${ms}: no key signs`)
        continue
      }
      kids.add(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid)
      calls += 1
      const judged = Promise.resolve(verify?.callerOf(token, 'users', asking))
      await clock.run(judged.catch((error) => refused.push(`${ms}: ${error.message}`)))
    }
    await clock.advance(1_000)
  }
  return { refused, calls, kids: [...kids] }
}

describe('a key that turns', () => {
  it.each([1, 2, 3])(
    'refuses nobody when it is made, published, and the one before it retired (seed %i)',
    async (seed) => {
      const { refused, calls, kids } = await turned(
        seed,
        ({ put, secret }) => ({
          10000: () => secret(one, two),
          60000: () => put([one, START_MS - 3_600_000], [two, START_MS + 60_000]),
          [60_000 + RETIRE_MS]: () => put([two, START_MS + 60_000]),
          [90_000 + RETIRE_MS]: () => secret(two),
        }),
        60_000 + RETIRE_MS + 400_000,
      )
      expect(refused, `seed ${seed}`).toEqual([])
      expect([calls > 5_000, kids]).toEqual([true, ['mesh-1', 'mesh-2']])
    },
  )

  it.each([4, 5])('refuses nobody where the set has the key before any secret has (seed %i)', async (seed) => {
    const { refused, kids } = await turned(
      seed,
      ({ put, secret }) => ({
        10000: () => put([one, START_MS - 3_600_000], [two, START_MS + 10_000]),
        400000: () => secret(one, two),
      }),
      800_000,
    )
    expect([refused, kids], `seed ${seed}`).toEqual([[], ['mesh-1', 'mesh-2']])
  })

  it('would refuse where a key signed as soon as it is published: the test can fail', async () => {
    const { refused } = await turned(
      6,
      ({ put, secret }) => ({
        10000: () => secret(one, two),
        // Said to be old, it signs at once.
        60000: () => put([one, START_MS - 3_600_000], [two, START_MS - 3_599_000]),
      }),
      200_000,
    )
    expect(refused.length).toBeGreaterThan(0)
  })
})
