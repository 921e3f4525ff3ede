/** What stands in KV and what the mesh makes of it: edits, garbage, names that are not there, a KV that fails. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type KvServer, startKv } from '../support/kv-server.ts'
import { type RawWorkerd, startRawWorkerd } from '../support/raw-workerd.ts'
import { startUpstream, type Upstream } from '../support/servers.ts'

const FRESH_MS = 200
/** Beyond this, a record that has been changed must have been noticed. */
const NOTICED_MS = 20_000

describe('a registry in KV', () => {
  let blue: Upstream
  let green: Upstream
  let kv: KvServer
  let mesh: RawWorkerd

  beforeAll(async () => {
    blue = await startUpstream('blue')
    green = await startUpstream('green')
    kv = await startKv()
    mesh = await startRawWorkerd(kv.address, { MESH_FRESH: `${FRESH_MS}ms`, MESH_MAX_STALE: '6s' })
  })
  afterEach(() => {
    kv.fault = 'none'
    kv.delayMs = 0
  })
  afterAll(async () => {
    await mesh?.dispose()
    kv?.close()
    await blue?.close()
    await green?.close()
  })

  const who = async (name: string) => {
    const { status, text, json } = await mesh.call(`/svc/${name}/`)
    if (status !== 200) throw new Error(`${name} answered ${status}: ${text}`)
    return json.upstream
  }
  const becomes = (name: string, upstream: string) =>
    eventually(`${name} is ${upstream}`, async () => (await who(name)) === upstream, NOTICED_MS)

  describe('that is edited', () => {
    it('moves traffic while requests run, none of which fails', async () => {
      kv.put('moving', blue.url)
      expect(await who('moving')).toBe('blue')
      const answers: { upstream: string; at: number }[] = []
      let running = true
      const load = Promise.all(
        Array.from({ length: 4 }, async () => {
          while (running) {
            answers.push({ upstream: await who('moving'), at: performance.now() })
            await sleep(3)
          }
        }),
      )
      await sleep(FRESH_MS)
      kv.put('moving', green.url)
      const editedAt = performance.now()
      await sleep(FRESH_MS * 10)
      running = false
      await load
      const late = answers.filter(({ at }) => at > editedAt + FRESH_MS * 5)
      expect(answers.some(({ upstream }) => upstream === 'blue')).toBe(true)
      expect(late.length).toBeGreaterThan(20)
      expect(new Set(late.map(({ upstream }) => upstream))).toEqual(new Set(['green']))
    })

    it('is read anew after the answer: nobody waits, and the next one has the new record', async () => {
      kv.put('lazy', blue.url)
      await who('lazy')
      kv.put('lazy', green.url)
      await sleep(FRESH_MS)
      const before = kv.reads
      kv.delayMs = 800
      const answer = await mesh.call('/svc/lazy/')
      expect(answer.json.upstream).toBe('blue')
      expect(answer.ms).toBeLessThan(700)
      await eventually('it is read anew', () => kv.reads > before)
      await becomes('lazy', 'green')
    })

    it('finds a name that has been added, and forgets one that is gone', async () => {
      expect((await mesh.call('/svc/comes-and-goes/')).status).toBe(404)
      kv.put('comes-and-goes', blue.url)
      await eventually('it is found', async () => (await mesh.call('/svc/comes-and-goes/')).status === 200, NOTICED_MS)
      kv.put('comes-and-goes', undefined)
      await eventually('it is gone', async () => (await mesh.call('/svc/comes-and-goes/')).status === 404, NOTICED_MS)
    })

    it('follows an alias to where it points now', async () => {
      kv.put('target-blue', blue.url)
      kv.put('target-green', green.url)
      kv.put('pointer', { alias: 'target-blue' })
      expect(await who('pointer')).toBe('blue')
      kv.put('pointer', { alias: 'target-green' })
      await becomes('pointer', 'green')
    })

    it('reads once for a cold name with its wildcards, and not at all for a warm one', async () => {
      kv.put('a.cold.name', blue.url)
      const before = kv.reads
      await who('a.cold.name')
      expect(kv.reads - before).toBe(1)
      const calls = Promise.all(Array.from({ length: 20 }, () => mesh.call('/svc/a.cold.name/')))
      const startedAt = performance.now()
      await calls
      if (performance.now() - startedAt < FRESH_MS) expect(kv.reads - before).toBeLessThanOrEqual(2)
      await sleep(FRESH_MS)
      const stale = kv.reads
      await Promise.all(Array.from({ length: 20 }, () => mesh.call('/svc/a.cold.name/')))
      // One of them went to look.
      await eventually('it is refreshed', () => kv.reads > stale)
      expect(kv.reads - stale).toBeLessThanOrEqual(2)
    })
  })

  describe('with wildcards', () => {
    beforeAll(() => {
      kv.put('*.shop', blue.url)
      kv.put('*.eu.shop', green.url)
      kv.put('exact.eu.shop', blue.url)
    })

    it.each([
      ['users.shop', 'blue'],
      ['a.b.shop', 'blue'],
      ['users.eu.shop', 'green'],
      ['a.b.eu.shop', 'green'],
      ['exact.eu.shop', 'blue'],
    ])('%s is %s', async (name, upstream) => {
      expect(await who(name)).toBe(upstream)
    })

    it('does not answer for the apex', async () => {
      expect((await mesh.call('/svc/shop/')).status).toBe(404)
    })
  })

  describe('that holds what cannot be understood', () => {
    it.each([
      ['{ "endpoints": [', 'not json'],
      ['not a url', 'not a url'],
      ['{"endpoints":["ftp://x"]}', '$.endpoints[0]'],
      ['{"endpoints":[{"url":"http://x","weigth":1}]}', 'weigth'],
      ['{"endpoints":["http://x"],"timeouts":{"request":5}}', '$.timeouts.request'],
      ['{"endpoints":["http://x"],"access":{"default":"maybe"}}', '$.access.default'],
      ['{"endpoints":[]}', '$.endpoints'],
      ['{}', 'endpoints'],
    ])('says 500 record_invalid and where, when there was never a good one: %s', async (text, where) => {
      kv.put('garbage', text)
      await sleep(FRESH_MS)
      const problem = await eventually(
        'it is read anew',
        async () => {
          const answer = await mesh.callTrusted('garbage', '/')
          return answer.status === 500 && answer.text.toLowerCase().includes(where.toLowerCase()) && answer
        },
        NOTICED_MS,
      )
      expect(problem.json).toMatchObject({ code: 'record_invalid', status: 500, service: 'garbage' })
      expect(problem.headers['proxy-status']).toMatch(/^selvedge; error=proxy_configuration_error/)
      const stranger = await mesh.call('/svc/garbage/')
      expect([stranger.status, stranger.json.code]).toEqual([500, 'record_invalid'])
      expect(stranger.text.toLowerCase()).not.toContain(where.toLowerCase())
      kv.put('garbage', undefined)
    })

    it('goes on with the last good one, and the answer says so', async () => {
      kv.put('good-once', blue.url)
      const good = await mesh.call('/svc/good-once/')
      expect(good.headers).not.toHaveProperty('proxy-status')
      kv.put('good-once', '{"endpoints":[{"url":"http://x","colour":"green"}]}')
      const said = await eventually(
        'proxy-status says so',
        async () => {
          const answer = await mesh.call('/svc/good-once/')
          expect(answer.status).toBe(200)
          expect(answer.json.upstream).toBe('blue')
          return answer.headers['proxy-status']
        },
        NOTICED_MS,
      )
      expect(said).toMatch(/^selvedge; .*refused.*last good/)
      kv.put('good-once', green.url)
      await becomes('good-once', 'green')
      expect((await mesh.call('/svc/good-once/')).headers).not.toHaveProperty('proxy-status')
    })

    it('does not let one bad record spoil its neighbours', async () => {
      kv.put('*.mixed', 'garbage')
      kv.put('fine.mixed', blue.url)
      expect(await who('fine.mixed')).toBe('blue')
    })

    it('refuses an alias that goes round', async () => {
      kv.put('round', { alias: 'and-round' })
      kv.put('and-round', { alias: 'round' })
      const answer = await mesh.call('/svc/round/')
      expect([answer.status, answer.json.code]).toEqual([508, 'loop_detected'])
    })
  })

  describe('that fails', () => {
    it.each(['fail', 'hang', 'nonsense'] as const)(
      '(%s) serves the names that are known, without a wait',
      async (fault) => {
        const name = `known-${fault}`
        kv.put(name, blue.url)
        await who(name)
        kv.fault = fault
        await sleep(FRESH_MS)
        for (let i = 0; i < 10; i++) {
          const answer = await mesh.call(`/svc/${name}/`)
          expect(answer.status).toBe(200)
          // Of KV an answer is waited for for a second.
          expect(answer.ms).toBeLessThan(900)
          await sleep(30)
        }
      },
    )

    it.each(['fail', 'hang', 'nonsense'] as const)(
      '(%s) says so for a name that is not known: 503, within its second',
      async (fault) => {
        const name = `unknown-${fault}.cold`
        kv.put(name, blue.url)
        kv.fault = fault
        const answer = await mesh.call(`/svc/${name}/`)
        expect([answer.status, answer.json.code]).toEqual([503, 'registry_unavailable'])
        expect(answer.headers['selvedge-retryable']).toBe('true')
        expect(answer.ms).toBeLessThan(10_000)
        kv.fault = 'none'
        await eventually('it is found', async () => (await mesh.call(`/svc/${name}/`)).status === 200, NOTICED_MS)
      },
    )

    it('and comes back: the newest record is served soon', async () => {
      kv.put('back', blue.url)
      await who('back')
      kv.fault = 'hang'
      await sleep(FRESH_MS)
      // The one that went to look hangs, and its client leaves.
      const looking = mesh.open('/svc/back/')
      await sleep(20)
      looking.reset()
      kv.fault = 'none'
      kv.put('back', green.url)
      await becomes('back', 'green')
    })

    it('for longer than MESH_MAX_STALE: 503, rather than a record of another age', async () => {
      kv.put('old', blue.url)
      await who('old')
      kv.fault = 'fail'
      const startedAt = performance.now()
      const refused = await eventually(
        'it is too old',
        async () => {
          const answer = await mesh.call('/svc/old/')
          await sleep(50)
          return answer.status !== 200 && answer
        },
        NOTICED_MS,
      )
      expect([refused.status, refused.json.code]).toEqual([503, 'registry_unavailable'])
      expect(performance.now() - startedAt).toBeGreaterThan(5_500)
    })
  })

  // Each of them reads KV, which has a second for it: no more of them than a machine with other work can serve in that time.
  describe('asked by 50 at once for a name that nobody has asked for', () => {
    it('answers all, though the first of them has left', async () => {
      kv.put('crowd', blue.url)
      kv.delayMs = 150
      const before = kv.reads
      const first = mesh.open('/svc/crowd/hang')
      await eventually('the first one reads', () => kv.reads > before)
      const others = Array.from({ length: 49 }, () => mesh.call('/svc/crowd/'))
      await sleep(20)
      first.reset()
      const answers = await Promise.all(others)
      expect(answers.filter(({ status }) => status === 200).length).toBe(49)
      expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(10_000)
    })

    it('answers all, though the first half of them has left', async () => {
      kv.put('crowd-2', blue.url)
      kv.delayMs = 150
      const leaving = Array.from({ length: 25 }, () => mesh.open('/svc/crowd-2/hang'))
      const staying = Array.from({ length: 25 }, () => mesh.call('/svc/crowd-2/'))
      await sleep(60)
      for (const { reset } of leaving) reset()
      const answers = await Promise.all(staying)
      expect(answers.filter(({ status }) => status === 200).length).toBe(25)
    })
  })
})
