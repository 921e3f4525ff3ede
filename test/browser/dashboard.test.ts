/** The dashboard of the built control plane, in Chromium: somebody signs in, looks, edits, is in conflict, goes back. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, openBrowser } from './support/browser.ts'
import { open, signIn } from './support/dashboard-page.ts'
import { type GivenMesh, givenMesh, READER, TOKEN } from './support/given-mesh.ts'

describe('the dashboard', () => {
  let mesh: GivenMesh
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    mesh = await givenMesh()
    browser = await openBrowser()
    page = browser.page
  })
  afterAll(async () => {
    await browser?.close()
    await mesh?.close()
  })

  it('lets in who has a token, and nobody else', async () => {
    await page.goto(`${mesh.url}/-/`)
    await page.getByLabel('Admin token').fill('a-token-that-nobody-knows-of-here')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('This token is not known here.').waitFor()
    await signIn(page, mesh.url, TOKEN)
  })

  it('keeps the token in its memory alone', async () => {
    const kept = await page.evaluate(`indexedDB.databases().then((databases) => JSON.stringify([
      { ...localStorage }, { ...sessionStorage }, document.cookie, location.href, document.documentElement.outerHTML, databases,
    ]))`)
    expect(kept).not.toContain(TOKEN)
    await page.reload()
    await page.getByLabel('Admin token').waitFor()
    await signIn(page, mesh.url, TOKEN)
  })

  it('lists services with their numbers, and finds and sorts them', async () => {
    const row = (name: string) => page.getByRole('row', { name: new RegExp(`\\b${name}\\b`) })
    await row('users').getByText('100 %').waitFor()
    await row('billing').getByText('0 %', { exact: true }).waitFor()
    expect(await row('people').textContent()).toContain('alias')
    await page.keyboard.press('/')
    await page.keyboard.type('rules')
    await page.getByText('1 of 5').waitFor()
    await row('orders').waitFor()
    await page.getByRole('searchbox').fill('')
    await page.getByRole('button', { name: 'Success' }).click()
    await page.getByRole('button', { name: 'Success' }).click()
    await expect.poll(() => page.getByRole('rowheader').first().textContent()).toContain('billing')
  })

  it('shows a service: its policy and who wrote it, its endpoints, and its changes over the charts', async () => {
    await page.getByRole('link', { name: 'users', exact: true }).click()
    await page.getByRole('heading', { name: 'users', level: 1 }).waitFor()
    expect(await page.getByRole('row', { name: /retry\.attempts/ }).textContent()).toMatch(/1record$/)
    expect(await page.getByRole('row', { name: /loadBalancer/ }).textContent()).toContain('built in')
    await page
      .getByRole('row', { name: /127\.0\.0\.1/ })
      .getByText('100 %')
      .waitFor()
    await page.getByText('people', { exact: true }).waitFor()
    const chart = page.getByRole('img', { name: /^Requests a second/ })
    expect(await chart.getAttribute('aria-label')).toMatch(/changes r2, r1|changes r3, r2/)
    await chart.locator('canvas').waitFor()
  })

  it('tells which endpoint is left alone, by whom, why, and when it is probed', async () => {
    await open(page, { page: 'service', name: 'stock' })
    const out = page.getByRole('row', { name: /ejected by the one isolate/ })
    await out.waitFor()
    expect(await out.textContent()).toMatch(
      /it did not answer, or a gateway answered for it; since .*; probed in \d min/,
    )
    await page.getByRole('row', { name: /reachable/ }).waitFor()
  })

  it('shows calls as they are made, from when one asks until one stops, or nobody looks', async () => {
    const rows = page.getByRole('region', { name: 'Calls' }).getByRole('row')
    const isSeen = async () => {
      await mesh.call('stock', 1)
      return rows.count()
    }
    // Sooner than the first call shows: what goes on is not late.
    await page.evaluate(`window.within = AbortSignal.timeout;
      AbortSignal.timeout = (ms) => window.within.call(AbortSignal, Math.min(ms, 6_000))`)
    await page.getByRole('button', { name: 'Watch calls' }).click()
    await expect.poll(isSeen, { timeout: 30_000, interval: 500 }).toBeGreaterThan(1)
    expect(await rows.nth(1).textContent()).toMatch(/stranger.*GET \/.*200 success/)
    await page.getByText(/^Watching: \d+ calls? seen/).waitFor()
    await page.evaluate(`Object.defineProperty(document, 'hidden', { value: true, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'))`)
    await page.getByText('Stopped: the page was hidden.').waitFor()
    await page.evaluate('delete document.hidden; AbortSignal.timeout = window.within')
    await page.getByRole('button', { name: 'Watch calls' }).click()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Nobody watches: it costs nothing until you do.').waitFor()
    await open(page, { page: 'service', name: 'users' })
    await page.getByRole('heading', { name: 'users', level: 1 }).waitFor()
  })

  it('completes fields, says what is wrong where it stands, and saves what was looked at', async () => {
    await page.getByRole('link', { name: 'Edit' }).click()
    const editor = page.getByRole('textbox', { name: 'The record of users, in JSON' })
    await editor.click()
    await page.keyboard.press('Control+End')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.type(',"hed')
    await page.getByRole('option', { name: 'hedge' }).waitFor()
    await page.keyboard.press('Escape')
    await replaced(page, '{"endpoints": ["https://users.example.com"], "retries": 3}')
    await page
      .getByText(/retries/)
      .last()
      .waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'Look at the change' }).isDisabled()).toBe(true)
    const record = (await mesh.admin.get('users'))?.record
    await replaced(page, JSON.stringify({ ...(record as object), timeouts: { request: '3s' } }))
    await page.getByRole('button', { name: 'Look at the change' }).click()
    await page.getByText('"request": "3s"').waitFor()
    await page.getByText('Looked at').waitFor()
    await page.getByLabel(/^Why/).fill('the bank is slow')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('“the bank is slow”').waitFor()
    const saved = await mesh.admin.get('users')
    expect(saved).toMatchObject({
      record: { timeouts: { request: '3s' } },
      author: 'alice',
      message: 'the bank is slow',
    })
  })

  it('writes over nobody: a conflict shows what the other changed', async () => {
    await page.getByRole('link', { name: 'Edit' }).click()
    await page.getByRole('textbox', { name: 'The record of users, in JSON' }).waitFor()
    const { record, revision } = (await mesh.admin.get('users')) ?? expect.fail('no record')
    await mesh.admin.put(
      'users',
      { ...(record as object), hedge: { delay: '90ms' } },
      { ifMatch: revision, message: 'theirs' },
    )
    await replaced(page, JSON.stringify({ ...(record as object), timeouts: { request: '4s' } }))
    await page.getByRole('button', { name: 'Look at the change' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Somebody else changed users while you wrote.').waitFor()
    const theirs = page.getByRole('region', { name: 'What they changed' })
    expect(await theirs.textContent()).toContain('"delay": "90ms"')
    expect(await mesh.admin.get('users')).toMatchObject({ message: 'theirs' })
    await page.getByRole('button', { name: 'Go on with mine' }).click()
    await page.getByRole('button', { name: 'Look at the change' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'users', level: 1 }).waitFor()
    await expect
      .poll(async () => (await mesh.admin.get('users'))?.record)
      .toMatchObject({ timeouts: { request: '4s' } })
  })

  it('goes back to an older revision', async () => {
    await open(page, { page: 'service', name: 'users' })
    await page.getByRole('button', { name: /users, in one place/ }).click()
    await page.getByRole('button', { name: /^Roll back to r/ }).click()
    await page.getByRole('button', { name: /^Roll back to r\d+$/ }).click()
    await page.getByText(/^users is as it was in revision/).waitFor()
    const now = await mesh.admin.get('users')
    expect(now).toMatchObject({ origin: 'rollback', record: { timeouts: { request: '2s' } } })
  })

  it('tells what would become of a request, and what if', async () => {
    await open(page, { page: 'resolve', name: 'orders', path: '/7' })
    await page.getByText('It is for every request.').waitFor()
    await page.getByLabel('Headers, one a line').fill('x-env: canary')
    await page.getByRole('button', { name: 'Resolve' }).click()
    await page.locator('.tree .taken', { hasText: 'people' }).first().waitFor()
    await page.getByRole('button', { name: 'What if …' }).click()
    await page.getByLabel('Record').fill('{"alias": "billing"}')
    await page.getByRole('button', { name: 'Resolve' }).click()
    await page.locator('mark', { hasText: 'what if' }).waitFor()
    await page.getByText('services/billing').first().waitFor()
    expect((await mesh.admin.get('orders'))?.record).toHaveProperty('rules')
  })

  it('draws who calls whom, and lists what changed', async () => {
    await open(page, { page: 'topology' })
    await page.locator('svg.topology').getByRole('link', { name: 'billing' }).waitFor()
    await open(page, { page: 'changes' })
    await page.getByRole('button', { name: /a canary/ }).click()
    await page.getByRole('region', { name: 'What changed in orders' }).waitFor()
  })

  it('lists what was deleted, and leads to its history', async () => {
    await mesh.admin.put('gone', 'https://gone.example.com', { ifNoneMatch: '*', message: 'for a day' })
    await mesh.admin.delete('gone', { ifMatch: '*', message: 'its day is over' })
    await open(page, { page: 'services' })
    await open(page, { page: 'changes' })
    await page.getByRole('button', { name: /gone deleted its day is over/ }).click()
    await page.getByRole('link', { name: 'gone', exact: true }).click()
    await page.getByText('No record is called “gone”.').waitFor()
    await page.getByRole('button', { name: /for a day/ }).waitFor()
  })

  it('says that an answer is old when the mesh is gone, and that nobody answers', async () => {
    await open(page, { page: 'services' })
    await page.getByRole('rowheader', { name: /users/ }).waitFor()
    await page.route('**/-/api/**', (route) => route.abort())
    await page.getByText('These services are old.').waitFor()
    await page.getByRole('rowheader', { name: /users/ }).waitFor()
    await open(page, { page: 'service', name: 'billing' })
    await page.getByText('No records: nobody answered.').waitFor()
    await page.unroute('**/-/api/**')
    await page.getByRole('button', { name: 'Ask again' }).click()
    await page.getByRole('heading', { name: 'billing', level: 1 }).waitFor()
  })

  it('shows everything to who may read, and says why nothing is saved', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click()
    await signIn(page, mesh.url, READER)
    await open(page, { page: 'edit', name: 'billing' })
    await replaced(page, '"https://billing.example.com"')
    await page.getByRole('button', { name: 'Look at the change' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText(/The token "bob" has the role "read"/).waitFor()
  })

  it('breaks no rule of its own policy', () => {
    expect(browser.complaints.filter((text) => /Content.Security.Policy|Refused to/i.test(text))).toEqual([])
    expect(browser.complaints.filter((text) => /TypeError|ReferenceError/.test(text))).toEqual([])
  })
})

/** Writes over all that stands in the editor. */
async function replaced(page: Page, text: string): Promise<void> {
  const editor = page.getByRole('textbox', { name: /^The record of/ })
  await editor.click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(text)
}
