/** The built mesh and its control plane, with KV and the object on disk: `kill -9` in the middle of writing and publishing, and both agree after. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AdminClient, AdminError, adminClient } from '../../src/admin/client.ts'
import { eventually } from '../support/eventually.ts'
import { type KeptMesh, keptMesh } from '../support/kept-mesh.ts'

const TOKEN = 'a-token-of-thirty-two-characters'
const NAMES = Array.from({ length: 8 }, (_, at) => `s${at}`)

interface Confirmed {
  readonly name: string
  readonly revision: number
  readonly record: string
}

describe('the control plane on disk', () => {
  let mesh: KeptMesh
  const admin = () => adminClient({ url: mesh.url, token: TOKEN })

  beforeAll(async () => {
    mesh = keptMesh(TOKEN)
    await mesh.start()
  })
  afterAll(() => mesh?.dispose())

  /** Writes one name again and again, until nobody answers. */
  async function writes(admin: AdminClient, name: string, round: number, confirmed: Confirmed[]): Promise<void> {
    let revision = (await admin.get(name))?.revision
    for (let count = 0; ; count++) {
      const record = `https://${name}-${round}-${count}.test`
      const written = await admin.put(name, record, revision ? { ifMatch: revision } : { ifNoneMatch: '*' })
      revision = written.revision
      confirmed.push({ name, revision, record })
    }
  }

  it('loses nothing that it confirmed to kill -9, and KV and history agree in the end', async () => {
    const confirmed: Confirmed[] = []
    for (let round = 0; round < 4; round++) {
      const api = admin()
      const writers = NAMES.map((name) => writes(api, name, round, confirmed).catch((error: unknown) => error))
      const before = confirmed.length
      // At other steps of the same work each time.
      await eventually('some writes are confirmed', () => confirmed.length >= before + 10 + 23 * round, 60_000)
      await mesh.kill()
      const ends = await Promise.all(writers)
      // Nobody was refused: they ended because nobody answered.
      expect(ends.filter((error) => error instanceof AdminError && error.status < 500)).toEqual([])
      await mesh.start()
    }

    const api = admin()
    const all = async () => (await api.list({ limit: 1_000 })).items
    await eventually('all is published', async () => (await all()).every(({ state }) => state === 'published'), 60_000)
    const records = await all()
    expect(records.map(({ name }) => name)).toEqual(NAMES)
    expect(await mesh.inKv(NAMES)).toEqual(records.map(({ record }) => record))
    for (const name of NAMES) {
      const history: { revision: number; record: unknown }[] = []
      for (let cursor: string | undefined, isFirst = true; isFirst || cursor; isFirst = false) {
        const page: Awaited<ReturnType<AdminClient['history']>> = await api.history(name, {
          limit: 1_000,
          ...(cursor === undefined ? {} : { cursor }),
        })
        history.push(...page.items)
        cursor = page.cursor
      }
      for (const { revision, record } of confirmed.filter((one) => one.name === name))
        expect(history).toContainEqual(expect.objectContaining({ revision, record }))
      const revisions = history.map(({ revision }) => revision)
      expect(revisions).toEqual([...new Set(revisions)].sort((one, other) => other - one))
    }
    expect(confirmed.length).toBeGreaterThan(150)
  }, 240_000)
})
