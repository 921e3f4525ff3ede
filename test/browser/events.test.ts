/** The page Events of the built control plane, in Chromium: who gets which events, what is wrong, and the way to its record and its dead letters. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RecordView } from '../../src/admin/client.ts'
import { type Browser, openBrowser } from './support/browser.ts'
import { isCut, open, signIn, violations } from './support/dashboard-page.ts'
import { type GivenMesh, givenMesh, TOKEN } from './support/given-mesh.ts'

const PLACED = 'events/com.example.order.placed'
const LIST = '**/-/api/v1/services?prefix=events*'
/** As an edit by hand in KV leaves it: the API takes none such. */
const REFUSED: RecordView = {
  name: 'events/com.example.order.refused',
  record: { subscriptions: [{ id: 'billing', sink: 'billing', filters: [{ sql: 'total > 1' }] }] },
  state: 'refused',
  revision: 99,
  author: null,
  message: '',
  at: '2026-11-30T00:00:00.000Z',
  origin: 'hand',
}

describe('the page Events', () => {
  let mesh: GivenMesh
  let browser: Browser

  beforeAll(async () => {
    mesh = await givenMesh()
    browser = await openBrowser({ width: 1280 })
    await signIn(browser.page, mesh.url, TOKEN)
  })
  afterAll(async () => {
    await browser?.close()
    await mesh?.close()
  })

  it('looks different where nobody answers and where nobody has subscribed', async () => {
    const { page } = browser
    await page.route(LIST, (asked) => asked.abort())
    await page.getByRole('link', { name: 'Events' }).click()
    await page.getByRole('alert').getByText('No subscriptions: nobody answered.').waitFor()
    await page.unroute(LIST)
    await page.getByRole('button', { name: 'Ask again' }).click()
    await page.locator('.notice.empty').getByText('Nobody has subscribed to events.').waitFor()
  })

  it('tells who gets which events, what is wrong with a record, and can be read by everyone', async () => {
    const { page } = browser
    await mesh.admin.put(
      PLACED,
      {
        subscriptions: [
          { id: 'bill', sink: 'http://billing/events', filters: [{ exact: { subject: 'eu' } }] },
          { id: 'stock-keeper', sink: 'http://stock/placed' },
        ],
      },
      { ifNoneMatch: '*', message: 'who gets orders' },
    )
    await page.route(LIST, async (asked) => {
      const response = await asked.fetch()
      const { items } = (await response.json()) as { readonly items: readonly RecordView[] }
      await asked.fulfill({ response, json: { items: [...items, REFUSED] } })
    })
    await open(page, { page: 'services' })
    await open(page, { page: 'events' })
    await page.getByRole('row', { name: /order\.placed .* bill http:\/\/billing\/events subject is "eu"/ }).waitFor()
    await page.getByRole('row', { name: /^stock-keeper http:\/\/stock\/placed every event/ }).waitFor()
    const refused = page.getByRole('row', { name: /order\.refused/ })
    await refused.getByText(/^subscriptions\.0\.sink: Expected http:\/\/ and the name of a service/).waitFor()
    await refused.getByText(/^subscriptions\.0\.filters\.0: .*no other dialect is understood/).waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await violations(page)).toEqual([])
    }
    await page.setViewportSize({ width: 390, height: 860 })
    expect(await isCut(page)).toBe(false)
    await page.setViewportSize({ width: 1280, height: 860 })
    await page.getByRole('searchbox').fill('keeper')
    await page.getByRole('row', { name: /order\.refused/ }).waitFor({ state: 'detached' })
    expect(await page.locator('table.events tbody tr').count()).toBe(1)
    await page.getByRole('searchbox').fill('')
  })

  it('keeps what it has while nobody answers, and says that it is old', async () => {
    const { page } = browser
    await page.unroute(LIST)
    await page.route(LIST, (asked) => asked.abort())
    await page.getByText('These subscriptions are old.').waitFor({ timeout: 30_000 })
    expect(await page.locator('table.events').count()).toBe(1)
    await page.unroute(LIST)
    await page.getByRole('button', { name: 'Ask again' }).click()
    await page.getByText('These subscriptions are old.').waitFor({ state: 'detached' })
  })

  it('leads by keys to the dead letters of a sink, to its history and to its edit', async () => {
    const { page } = browser
    const asked: string[] = []
    await page.route('**/-/api/v1/dead-letters**', async (route) => {
      asked.push(new URL(route.request().url()).searchParams.get('service') ?? 'all')
      await route.fulfill({ json: { items: [] } })
    })
    await page.getByRole('link', { name: 'Dead letters of billing' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('No dead letter of billing waits.').waitFor()
    await page.getByRole('link', { name: 'Show those of all services' }).click()
    await page.getByText('No dead letter waits.').waitFor()
    expect([...new Set(asked)]).toEqual(['billing', 'all'])

    await page.getByRole('link', { name: 'Events' }).click()
    await page.getByRole('link', { name: 'com.example.order.placed', exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: /who gets orders/ }).waitFor()
    expect(await page.getByRole('link', { name: 'Events' }).first().getAttribute('aria-current')).toBe('page')
    expect(await violations(page)).toEqual([])
    await page.getByRole('link', { name: 'Edit' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: `Edit ${PLACED}` }).waitFor()
    await page.getByText('This is what is saved.').waitFor()
  })
})
