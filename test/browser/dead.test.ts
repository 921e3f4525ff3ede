/** The page *Dead letters* of the built control plane, in Chromium: somebody looks why a message died, and redrives it by keys alone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LetterView } from '../../src/admin/client.ts'
import { type Browser, openBrowser } from './support/browser.ts'
import { isCut, signIn, violations } from './support/dashboard-page.ts'
import { type GivenMesh, givenMesh, TOKEN } from './support/given-mesh.ts'

const LETTERS: LetterView[] = ['status 422', 'status 422', 'attempts_used_up'].map((reason, at) => ({
  id: `0123456789abcde${at}`,
  messageId: `order-${at}`,
  queue: 'jobs',
  subject: 'jobs',
  to: 'resizer',
  reason,
  detail: `resizer answered ${reason}.`,
  attempts: at + 1,
  times: 1,
  redriven: at,
  status: 'dead',
  firstAt: '2026-11-24T16:00:00.000Z',
  lastAt: '2026-11-24T16:00:00.000Z',
  traceId: null,
}))

describe('the page Dead letters', () => {
  let mesh: GivenMesh
  let browser: Browser
  const redriven: string[] = []

  beforeAll(async () => {
    mesh = await givenMesh()
    browser = await openBrowser({ width: 1280 })
    const { page } = browser
    // The API answers as one with letters would: the mesh of a test has no queue.
    await page.route('**/-/api/v1/dead-letters**', async (route) => {
      const { pathname } = new URL(route.request().url())
      const [, id, act] = /dead-letters\/([0-9a-f]+)(\/redrive)?$/.exec(pathname) ?? []
      if (id === undefined) {
        return route.fulfill({ json: { items: LETTERS.filter((letter) => !redriven.includes(letter.id)) } })
      }
      if (act === undefined) {
        const letter = LETTERS.find((one) => one.id === id)
        return route.fulfill({ json: { ...letter, answer: { status: 422, body: 'no such picture' }, message: { id } } })
      }
      if (id === LETTERS[1]?.id) {
        const detail = 'This control plane has no queue "JOBS".'
        return route.fulfill({ status: 409, contentType: 'application/problem+json', json: { status: 409, detail } })
      }
      redriven.push(id)
      return route.fulfill({ json: { id, redriven: 1, binding: 'JOBS' } })
    })
    await signIn(page, mesh.url, TOKEN)
    await page.getByRole('link', { name: 'Dead letters' }).click()
    await page.getByRole('row', { name: /order-0/ }).waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await mesh?.close()
  })

  it('tells why each died, and what it holds, and can be read by everyone', async () => {
    const { page } = browser
    await page.getByRole('row', { name: /resizer order-2 attempts_used_up .* jobs 3 deliveries/ }).waitFor()
    await page.getByRole('button', { name: 'Show order-0 for resizer' }).click()
    await page.getByText('It was answered 422').waitFor()
    expect(await page.locator('pre').textContent()).toContain('0123456789abcde0')
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await violations(page)).toEqual([])
    }
    await page.setViewportSize({ width: 390, height: 860 })
    expect(await isCut(page)).toBe(false)
    await page.setViewportSize({ width: 1280, height: 860 })
  })

  it('redrives by keys, and says where it is then; what cannot be redriven is told', async () => {
    const { page } = browser
    await page.getByRole('button', { name: 'Redrive order-0 for resizer' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('is in JOBS again').waitFor()
    await page.getByRole('row', { name: /order-0/ }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Redrive order-1 for resizer' }).click()
    await page.getByRole('alert').getByText('has no queue "JOBS"').waitFor()
    expect(redriven).toEqual([LETTERS[0]?.id])
    await page.getByRole('searchbox').fill('used_up')
    await page.getByRole('row', { name: /order-1/ }).waitFor({ state: 'detached' })
    // The browser itself tells of the 409.
    expect(browser.complaints.filter((text) => !text.includes('409'))).toEqual([])
  })
})
