/** The engine as a whole: killed, or failed by its storage, at every step it does, it goes on from what was stored, and KV and history agree in the end. */
import { describe, expect, it } from 'vitest'
import { type RegistryEngine, registryEngine } from '../../src/durable/registry-engine.ts'
import { givenRegistry, takeTurns } from '../support/given-registry.ts'
import { Failed, Killed, mortal } from '../support/mortal.ts'
import { nodeStore } from '../support/node-store.ts'
import { type Confirmed, expectAgreed, givenOldKv, type Life, lifeOf, STEPS } from '../support/registry-life.ts'

const by = { author: 'ann' }

/** Lives through all steps; dies once, after so many operations, and is made anew over the same storage. */
async function live(operations: number) {
  const { clock, kv } = givenOldKv()
  const store = nodeStore()
  const first = mortal(store, kv)
  first.dieAfter(operations)
  const make = (parts: Pick<typeof first, 'store' | 'namespace'>) =>
    registryEngine({ ...parts, clock, scanMs: 300_000 })
  const confirmed: Confirmed = []

  let engine: RegistryEngine | undefined
  for (const step of STEPS) {
    try {
      engine ??= make(first)
      const own = engine
      await step(lifeOf({ engine: own, kv, clock, pass: (ms) => takeTurns(own, clock, ms) }, confirmed))
    } catch (error) {
      if (!(error instanceof Killed)) throw error
    }
    if (first.isDead) engine = undefined
    engine ??= make(first.isDead ? { store, namespace: kv } : first)
    // Reborn, it takes in what it had not yet.
    if (first.isDead) await takeTurns(engine, clock, 0)
  }
  const { isDead, operations: lived } = first
  engine = make({ store, namespace: kv })
  await takeTurns(engine, clock, 1_200_000)
  for (const { name } of engine.drifted()) await engine.resolve(name, 'overwrite', by)
  await takeTurns(engine, clock, 600_000)
  return { engine, kv, confirmed, isDead, operations: lived }
}

describe('an engine that is killed', () => {
  it('goes on from what was stored, at whatever step it was', async () => {
    const whole = await live(Number.POSITIVE_INFINITY)
    expect(whole.isDead).toBe(false)
    expectAgreed(whole.engine, whole.kv, whole.confirmed)
    expect(whole.confirmed.length).toBeGreaterThan(6)
    expect(whole.operations).toBeGreaterThan(300)
    for (let killedAt = 0; killedAt < whole.operations; killedAt++) {
      const { engine, kv, confirmed, isDead } = await live(killedAt)
      expect(isDead, `killed at ${killedAt}`).toBe(true)
      try {
        expectAgreed(engine, kv, confirmed)
      } catch (cause) {
        throw new Error(`Killed at operation ${killedAt} of ${whole.operations}.`, { cause })
      }
    }
  }, 120_000)
})

/** How long the platform waits before it runs an alarm again that failed. */
const ALARM_RETRY_MS = 2_000

/** An object that acts by its alarm alone; one operation of its storage or of KV fails, and it lives on. */
async function failing(operations: number, scanMs: number) {
  const { clock, kv } = givenOldKv()
  const parts = mortal(nodeStore(), kv)
  parts.failAfter(operations)
  const confirmed: Confirmed = []
  let alarmAt: number | undefined
  const wake = (at: number) => {
    alarmAt = at
  }
  const survived = async <T>(work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work()
    } catch (error) {
      // Adoption that KV failed is tried again in five seconds.
      const isUnready = (error as { code?: string }).code === 'registry_unavailable'
      if (!isUnready && !(error instanceof Failed)) throw error
      return undefined
    }
  }
  // An object that cannot be made is made again by the next call.
  const make = () => registryEngine({ ...parts, clock, scanMs, wake })
  const engine = (await survived(make)) ?? make()
  wake((await survived(() => engine.nextAt())) ?? clock.now())

  async function pass(ms: number): Promise<void> {
    const until = clock.now() + ms
    while (alarmAt !== undefined && alarmAt <= until) {
      await clock.advance(Math.max(0, alarmAt - clock.now()))
      alarmAt = undefined
      const isDone = await survived(() => engine.turn().then(() => true))
      if (!isDone) alarmAt ??= clock.now() + ALARM_RETRY_MS
    }
    await clock.advance(until - clock.now())
  }
  const life = lifeOf({ engine, kv, clock, pass }, confirmed)
  return {
    ...life,
    confirmed,
    step: (step: (life: Life) => Promise<unknown>) => survived(() => engine.ready().then(() => step(life))),
    /** Nothing fails from here on. Says how many operations there were. */
    heal() {
      parts.failAfter(Number.POSITIVE_INFINITY)
      return parts.operations
    },
    /** Is something due that no alarm will do? */
    hasForgotten: () => (engine.nextAt() ?? Number.POSITIVE_INFINITY) < (alarmAt ?? Number.POSITIVE_INFINITY),
  }
}

/** Calls with the number of the operation that fails, as long as there is one; the first time with none. */
async function atEachOperation(live: (failedAt: number) => Promise<number>): Promise<number> {
  const operations = await live(Number.POSITIVE_INFINITY)
  for (let failedAt = 0; failedAt < operations; failedAt++) {
    try {
      await live(failedAt)
    } catch (cause) {
      throw new Error(`Operation ${failedAt} of ${operations} failed.`, { cause })
    }
  }
  return operations
}

describe('an engine whose storage, or whose KV, fails once', () => {
  it.each([
    ['every five minutes', 300_000],
    ['never', 0],
  ])(
    'lives on and forgets nothing, whatever operation it was, where it scans %s',
    async (_, scanMs) => {
      const operations = await atEachOperation(async (failedAt) => {
        const { engine, kv, confirmed, pass, step, heal, hasForgotten } = await failing(failedAt, scanMs)
        for (const each of STEPS) await step(each)
        await pass(1_200_000)
        const operations = heal()
        expect(hasForgotten()).toBe(false)
        engine.scan()
        await pass(600_000)
        for (const { name } of engine.drifted()) await engine.resolve(name, 'overwrite', by)
        await pass(600_000)
        expectAgreed(engine, kv, confirmed)
        return operations
      })
      expect(operations).toBeGreaterThan(200)
    },
    120_000,
  )

  it('publishes a write, or has never written it', async () => {
    await atEachOperation(async (failedAt) => {
      const life = await failing(failedAt, 0)
      await life.pass(10_000)
      await life.step(({ put }) => put({ users: 'https://a.test' }))
      await life.pass(60_000)
      const { engine, kv, confirmed } = life
      const operations = life.heal()
      expect(life.hasForgotten()).toBe(false)
      expectAgreed(engine, kv, confirmed)
      return operations
    })
  })
})

describe('registryEngine', () => {
  it('is woken in the same breath as something is written', async () => {
    const wakes: number[] = []
    const { put, clock, run } = await givenRegistry({ wake: (at) => wakes.push(at) })
    wakes.length = 0
    await put('users', 'https://a.test')
    expect(wakes).toEqual([clock.now()])
    await run()
    await put('users', 'https://b.test')
    expect(wakes.at(-1)).toBe(clock.now() + 1_000)
  })

  it('takes one turn at a time', async () => {
    const { engine, put, kv } = await givenRegistry()
    await put('users', 'https://a.test')
    await Promise.all([engine.turn(), engine.turn(), engine.turn()])
    expect(kv.log.filter((what) => what.startsWith('put'))).toEqual(['put users 1'])
  })

  it('publishes what was written while it published', async () => {
    const { engine, put, kv, run } = await givenRegistry()
    await put('users', 'https://a.test')
    const { put: puts } = kv
    kv.put = async (...args) => {
      kv.put = puts
      await put('users', 'https://b.test')
      return puts.apply(kv, args)
    }
    await engine.turn()
    expect(kv.truth('users').value).toBe('https://a.test')
    expect(engine.get('users')?.state).toBe('publishing')
    await run(1_000)
    expect(kv.truth('users').value).toBe('https://b.test')
    expect(kv.log.filter((what) => what.startsWith('put'))).toEqual(['put users 1', 'put users 2'])
  })
})
