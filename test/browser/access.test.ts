/** The page *Access* of the built control plane, in Chromium: somebody looks for whom a record would deny, by keys alone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type Browser, openBrowser } from './support/browser.ts'
import { signIn } from './support/dashboard-page.ts'
import { type GivenMesh, givenMesh, READER } from './support/given-mesh.ts'

describe('the page Access', () => {
  let mesh: GivenMesh
  let browser: Browser

  beforeAll(async () => {
    mesh = await givenMesh()
    // The page asks again each 15 s.
    await eventually('the calls are told of', async () => (await mesh.admin.authz()).items.length >= 4)
    browser = await openBrowser()
    await signIn(browser.page, mesh.url, READER)
  })
  afterAll(async () => {
    await browser?.close()
    await mesh?.close()
  })

  it('tells who was denied, who would be, and where nobody was asked', async () => {
    const { page } = browser
    await page.getByRole('link', { name: 'Access' }).click()
    await page.getByRole('heading', { name: 'Access', level: 1 }).waitFor()
    const verdicts = page.getByRole('region', { name: 'Who called whom' })
    const row = (name: RegExp) => verdicts.getByRole('row', { name })
    await row(/no name billing denied no zero 1$/).waitFor()
    await row(/no name orders would be denied default 10$/).waitFor()
    await row(/no name billing allowed default 4$/).waitFor()
    await row(/no name users nobody was asked – 20$/).waitFor()
    expect(await verdicts.getByRole('row').nth(1).textContent()).toContain('denied')
    const may = page.getByRole('region', { name: 'Who may call' })
    expect(await may.getByRole('row', { name: /^orders audit allow known checkout any any$/ }).count()).toBe(1)
    expect(await may.getByRole('row', { name: /^orders audit deny default anyone any any$/ }).count()).toBe(1)
    await page.getByText('Everybody may call stock, users.').waitFor()
  })

  it('is used by keys: a kind is chosen, a word is typed', async () => {
    const { page } = browser
    const rows = () => page.getByRole('region', { name: 'Who called whom' }).getByRole('row').count()
    await page.getByLabel('Show').focus()
    await page.keyboard.type('would')
    await expect.poll(rows).toBe(2)
    await page.getByText('1 of 5').waitFor()
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.type('nobody of that name')
    await page.getByText('Nothing matches.').waitFor()
    expect(browser.complaints).toEqual([])
  })
})
