/** Things that break in the shop: one at a time, for whoever wants to find it in the dashboard (docs/dashboard.md). */
import type { AdminClient } from '../../src/admin/client.ts'
import type { Shop } from './shop.ts'

interface Fault {
  /** What it was, told when it is mended. */
  readonly told: string
  inject(): Promise<void>
  mend(): Promise<void>
}

export interface Faults {
  readonly names: readonly string[]
  /** Breaks one thing, after it has mended what was broken. @returns false where there is no such fault. */
  inject(name: string): Promise<boolean>
  /** @returns what was broken; `undefined` where nothing was. */
  mend(): Promise<string | undefined>
}

/** Nobody listens there: the port is reserved (RFC 6335, 6). */
const NOBODY = 'http://127.0.0.1:1'

export function faults({ bank }: Pick<Shop, 'bank'>, admin: AdminClient): Faults {
  const mood = (is: 'slow' | 'dead' | 'half', told: string): Fault => ({
    told,
    async inject() {
      bank.mood = is
    },
    async mend() {
      bank.mood = 'well'
    },
  })
  const all = new Map(
    Object.entries<Fault>({
      dead: mood('dead', 'bank closed every connection before it answered'),
      half: mood('half', 'bank answered every other request with 503'),
      slow: mood('slow', 'bank took two seconds for each answer'),
      moved: movedPayment(admin),
    }),
  )
  let injected: Fault | undefined

  async function mend(): Promise<string | undefined> {
    const was = injected
    injected = undefined
    await was?.mend()
    return was?.told
  }

  return {
    names: [...all.keys()],
    async inject(name) {
      const fault = all.get(name)
      if (!fault) return false
      await mend()
      injected = fault
      await fault.inject()
      return true
    },
    mend,
  }
}

/** A change as people make it, with a record that the mesh understands. */
function movedPayment(admin: AdminClient): Fault {
  let before = 0
  let changed = 0
  return {
    told: `the record of payment led to ${NOBODY}, where nobody listens`,
    async inject() {
      before = (await admin.get('payment'))?.revision ?? 0
      const wrong = { endpoints: [NOBODY] }
      changed = (await admin.put('payment', wrong, { ifMatch: before, message: 'payment moves' })).revision
    },
    async mend() {
      // Whoever has found it may have gone back by themselves.
      if ((await admin.get('payment'))?.revision !== changed) return
      await admin.rollback('payment', before, { ifMatch: changed, message: 'payment is where it was' })
    },
  }
}
