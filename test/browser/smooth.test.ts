/** The dashboard of a mesh of 500 services and 2,000 edges: nothing holds the page up for long. What it took is printed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, openBrowser } from './support/browser.ts'
import { isCut, open, signIn, violations } from './support/dashboard-page.ts'
import { EDGES, type LargeMesh, largeMesh, SERVICES } from './support/large-mesh.ts'
import { tasksDuring } from './support/tasks.ts'

/** A refresh, and some ticks of the second hand. */
const TABLE_MS = 6_500
/** Of the graph, which is asked for every ten seconds. */
const GRAPH_MS = 12_000
/** A task of so much CPU time is one that is felt (W3C Long Tasks: 50 ms); twice that is what a slow machine may take. */
const FELT_MS = 100

describe('the dashboard of a large mesh', () => {
  let mesh: LargeMesh
  let browser: Browser
  const longest = async (what: string, work: () => Promise<unknown>) => {
    const [most = 0, ...others] = await tasksDuring(browser.page, work)
    const long = [most, ...others].filter((ms) => ms >= 50)
    const told = `longest task ${most.toFixed(0)} ms of CPU, ${long.length} of 50 ms or more`
    process.stdout.write(`${what.padEnd(28)} ${told}\n`)
    return most
  }
  const wait = (ms: number) => browser.page.waitForTimeout(ms)

  beforeAll(async () => {
    mesh = await largeMesh()
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await mesh?.close()
  })

  it('draws the rows that are seen, and goes on while their numbers change', async () => {
    const { page } = browser
    await signIn(page, mesh.url, 'a-token-of-thirty-two-characters')
    const rows = page.locator('table.services tbody tr')
    await page.getByText(`${SERVICES} services`).waitFor()
    await expect.poll(() => page.getByRole('row').nth(3).textContent()).toContain('ms')
    expect(await rows.count()).toBeLessThan(100)
    expect(await violations(page)).toEqual([])
    expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe(`${SERVICES + 1}`)
    expect(await longest('the table, refreshed', () => wait(TABLE_MS))).toBeLessThan(FELT_MS)
  })

  it('shows all rows to who scrolls, searches or sorts', async () => {
    const { page } = browser
    const last = page.locator(`table.services tbody tr[aria-rowindex="${SERVICES + 1}"]`)
    expect(await last.count()).toBe(0)
    const toEnd = await longest('the table, to its end', async () => {
      await page.keyboard.press('End')
      await last.waitFor()
    })
    expect(toEnd).toBeLessThan(2 * FELT_MS)
    expect(
      await page.evaluate('document.querySelector("table.services").getBoundingClientRect().bottom <= innerHeight'),
    ).toBe(true)
    await page.keyboard.press('Home')
    const most = await longest('the table, searched', async () => {
      await page.keyboard.press('/')
      await page.keyboard.type('team-7')
      await page.getByText(/^\d+ of 500$/).waitFor()
    })
    expect(most).toBeLessThan(2 * FELT_MS)
    await page.getByRole('searchbox').fill('')
    const sorted = await longest('the table, sorted', async () => {
      await page.getByRole('button', { name: 'p95' }).click()
      await page.locator('th[aria-sort=descending]').waitFor()
    })
    expect(sorted).toBeLessThan(2 * FELT_MS)
  })

  it('shows of a large graph at first what fails, and draws of all of it what is in view', async () => {
    const { page } = browser
    await open(page, { page: 'topology' })
    await page.getByText(`links of ${SERVICES} and ${EDGES}`, { exact: false }).waitFor()
    await page.getByLabel('Show').selectOption('all')
    const startedAt = performance.now()
    await page.locator(`svg.topology[aria-label="${SERVICES} nodes and ${EDGES} links"]`).waitFor({ timeout: 100_000 })
    process.stdout.write(
      `the graph was laid out in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s, beside the page\n`,
    )
    await page.locator('svg.topology .node').first().waitFor()
    expect(await page.locator('svg.topology *').count()).toBeLessThan(3_000)
    expect(await longest('the graph, refreshed', () => wait(GRAPH_MS))).toBeLessThan(2 * FELT_MS)
  })

  it('draws the rest of it to who scrolls there, and all of it as a map', async () => {
    const { page } = browser
    const names = () => page.locator('svg.topology .node title').allTextContents()
    const before = await names()
    await longest('the graph, scrolled', async () => {
      await page.evaluate(`(({ firstElementChild: of }) =>
        of.scrollTo(of.scrollWidth / 2, of.scrollHeight / 2))(document.querySelector('.own-window'))`)
      await expect.poll(async () => (await names()).some((name) => !before.includes(name))).toBe(true)
    })
    await longest('the graph, as a map', async () => {
      await page.getByLabel('Size').selectOption('whole')
      await page.locator('svg.topology.map').waitFor()
    })
    expect((await names()).length).toBe(SERVICES)
    expect(await violations(page)).toEqual([])
    expect(await isCut(page)).toBe(false)
  })
})
