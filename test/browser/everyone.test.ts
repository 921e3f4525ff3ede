/** The dashboard for everyone: no rule of axe is broken on any page, light or dark; and nothing is cut off, narrow or wide. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SagaView } from '../../src/admin/client.ts'
import type { Route } from '../../src/dashboard/model/route.ts'
import { type Browser, openBrowser } from './support/browser.ts'
import { isCut, open, signIn, violations } from './support/dashboard-page.ts'
import { type GivenMesh, givenMesh, TOKEN } from './support/given-mesh.ts'

/** A page, and what stands there when it is whole. */
const PAGES: readonly { readonly route: Route; readonly sign: string }[] = [
  { route: { page: 'services' }, sign: 'tr.bad' },
  { route: { page: 'service', name: 'users' }, sign: '.over-time canvas' },
  { route: { page: 'service', name: 'orders' }, sign: '.revisions' },
  { route: { page: 'service', name: 'stock' }, sign: '.ejected' },
  { route: { page: 'service', name: 'nobody' }, sign: '.notice.empty' },
  { route: { page: 'edit', name: 'users' }, sign: '.editor:not([hidden])' },
  { route: { page: 'new' }, sign: '.new-name' },
  { route: { page: 'resolve', name: 'orders', path: '/7' }, sign: '.tree' },
  { route: { page: 'topology' }, sign: 'svg.topology' },
  { route: { page: 'access' }, sign: '.verdicts' },
  { route: { page: 'events' }, sign: 'table.events' },
  { route: { page: 'service', name: 'events/com.example.order.placed' }, sign: '.revisions' },
  { route: { page: 'edit', name: 'events/com.example.order.placed' }, sign: '.editor:not([hidden])' },
  { route: { page: 'dead' }, sign: '.notice.empty' },
  { route: { page: 'sagas' }, sign: 'table.sagas' },
  { route: { page: 'changes' }, sign: '.log' },
]

const SUBSCRIPTIONS = {
  subscriptions: [
    { id: 'billing', sink: 'http://billing/events', filters: [{ not: { prefix: { source: 'http://orders/test/' } } }] },
    { id: 'stock', sink: 'http://stock/placed' },
  ],
}

/** Told in place of the API: none runs in this mesh. */
const SAGAS = (
  ['parked', 'late', 'running', 'compensation_incomplete', 'compensated', 'completed', 'failed'] as const
).map(
  (state, at): SagaView => ({
    id: `${at}`.repeat(64),
    saga: 'place-order',
    version: 1,
    state,
    step: state === 'parked' ? 'undo charge' : 'approval',
    because:
      state === 'parked' ? 'payments answered 503: upstream connect error or disconnect/reset before headers' : null,
    waitsFor: null,
    traceId: null,
    cancelledBy: state === 'running' ? 'jane: by mistake' : null,
    decided: state === 'late' ? 'retry by jane: payments is back' : null,
    startedAt: '2026-11-30T00:00:00.000Z',
    changedAt: '2026-11-30T00:00:00.000Z',
    parkedAt: state === 'parked' ? '2026-11-30T00:00:00.000Z' : null,
    endedAt: at > 2 ? '2026-11-30T00:00:00.000Z' : null,
  }),
)

const LOOKS = [
  { theme: 'light', width: 1280 },
  { theme: 'dark', width: 390 },
] as const

let mesh: GivenMesh

beforeAll(async () => {
  mesh = await givenMesh()
  await mesh.admin.put('events/com.example.order.placed', SUBSCRIPTIONS, { ifNoneMatch: '*' })
})
afterAll(() => mesh?.close())

describe.each(LOOKS)('the dashboard, $theme and $width wide', ({ theme, width }) => {
  let browser: Browser

  beforeAll(async () => {
    browser = await openBrowser({ theme, width })
    await browser.page.goto(`${mesh.url}/-/`)
    await browser.page.getByLabel('Admin token').waitFor()
    expect(await violations(browser.page)).toEqual([])
    await signIn(browser.page, mesh.url, TOKEN)
    await browser.page.route('**/-/api/v1/sagas*', (asked) => asked.fulfill({ json: { items: SAGAS } }))
  })
  afterAll(() => browser?.close())

  it('would be complained of where somebody could not read it', async () => {
    const { page } = browser
    await page.locator('h1').first().waitFor()
    await page.evaluate("document.querySelector('h1').style = 'color: #bbb; background: #ccc'")
    expect(await violations(page)).toEqual([expect.stringMatching(/^color-contrast: .*h1/)])
    await page.evaluate("document.querySelector('h1').removeAttribute('style')")
  })

  it.each(PAGES)('can be read by everyone: $route', async ({ route, sign }) => {
    const { page } = browser
    await open(page, route)
    await page.locator(sign).first().waitFor()
    expect(await violations(page)).toEqual([])
    await page.emulateMedia({ colorScheme: theme === 'light' ? 'dark' : 'light' })
    expect(await violations(page)).toEqual([])
    await page.emulateMedia({ colorScheme: theme })
    expect(await isCut(page)).toBe(false)
  })
})
