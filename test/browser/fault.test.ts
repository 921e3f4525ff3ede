/** A fault of the demo is found by what the dashboard shows, step by step as docs/dashboard.md says. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browse } from '../../examples/shop/browse.ts'
import { type Faults, faults } from '../../examples/shop/faults.ts'
import { openShop, type Shop } from '../../examples/shop/shop.ts'
import { adminClient } from '../../src/admin/client.ts'
import { eventually } from '../support/eventually.ts'
import { type Browser, openBrowser } from './support/browser.ts'
import { open, signIn, violations } from './support/dashboard-page.ts'

const TOKEN = 'a-token-of-thirty-two-characters'
/** Isolates tell every five seconds, and the page asks as often; a machine with other work takes longer. */
const PATIENT = { timeout: 60_000 }

describe('a fault of the demo', () => {
  let shop: Shop
  let leave: () => Promise<void>
  let broken: Faults
  let browser: Browser

  beforeAll(async () => {
    shop = await openShop({ adminToken: TOKEN })
    const admin = adminClient({ url: shop.url, token: TOKEN })
    await eventually('the registry answers', () =>
      admin.list().then(
        ({ items }) => items.length > 0,
        () => false,
      ),
    )
    broken = faults(shop, admin)
    leave = browse(shop.call)
    browser = await openBrowser()
    await signIn(browser.page, shop.url, TOKEN)
  })
  afterAll(async () => {
    await browser?.close()
    await leave?.()
    await shop?.close()
  })

  it('is none while all is well: the services are alive, and none of them needs a look', async () => {
    const { page } = browser
    for (const name of ['bank', 'customer', 'order', 'payment']) {
      await page
        .getByRole('row', { name: new RegExp(`\\b${name}\\b`) })
        .getByText('100 %')
        .waitFor(PATIENT)
    }
    await page.getByText('all is well').waitFor()
  })

  it('is a change of a record: the page says where it begins and what was changed, and goes back', async () => {
    const { page } = browser
    await broken.inject('moved')
    const begins = page.getByRole('status').filter({ hasText: 'It begins at' })
    await begins.waitFor(PATIENT)
    expect(await begins.textContent()).toContain('It begins at payment:')
    await begins.getByRole('link', { name: 'payment' }).click()
    const why = page.locator('.why')
    await why.getByText('“payment moves”').waitFor(PATIENT)
    expect(await why.textContent()).toMatch(/Its record was changed .*: r\d+ “payment moves”, by admin/)
    expect(await why.textContent()).toMatch(/http:\/\/127\.0\.0\.1:1 could not be reached/)
    expect(await violations(page)).toEqual([])
    const charts = page.getByRole('img', { name: /^Requests a second/ })
    expect(await charts.getAttribute('aria-label')).toMatch(/changes r\d+/)
    await page.locator('.revisions > li').nth(1).getByRole('button').click()
    await page.getByRole('button', { name: /^Roll back to r\d+ …$/ }).click()
    await page.getByRole('button', { name: /^Roll back to r\d+$/ }).click()
    await page.getByText(/^payment is as it was in revision/).waitFor()
    await expect.poll(async () => (await shop.call('order/7')).status, PATIENT).toBe(200)
    expect(await broken.mend()).toContain('payment')
  })

  it('is a server that is dead: each page leads one further, to the last that fails', async () => {
    const { page } = browser
    await broken.inject('dead')
    await open(page, { page: 'service', name: 'order' })
    const why = page.locator('.why')
    for (const [name, beneath] of [
      ['order', 'customer'],
      ['customer', 'payment'],
      ['payment', 'bank'],
    ] as const) {
      await page.getByRole('heading', { name, level: 1 }).waitFor()
      await why.getByRole('link', { name: beneath }).click(PATIENT)
    }
    await why.getByText('All endpoints that were tried fail').waitFor(PATIENT)
    expect(await why.textContent()).toContain('could not be reached, or closed the connection')
    expect(await why.textContent()).not.toContain('look there first')
    await page.getByText('endpoint_unreachable').first().waitFor()
    await broken.mend()
  })

  it('is a server that is slow: all that wait for it are, and it is the last of them', async () => {
    const { page } = browser
    await broken.inject('slow')
    await open(page, { page: 'services' })
    const slow = page.getByRole('row', { name: /\bbank\b.* 2(\.\d+)? s/ })
    await slow.waitFor(PATIENT)
    await open(page, { page: 'topology' })
    const calls = page.getByRole('region', { name: 'Who calls whom' })
    await calls.getByRole('row', { name: /^payment .*bank/ }).waitFor()
    expect(await calls.getByRole('row', { name: /^bank / }).count()).toBe(0)
    expect(await broken.mend()).toContain('two seconds')
  })
})
