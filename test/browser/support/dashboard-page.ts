/** The dashboard, as somebody uses it. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { hashOf, type Route } from '../../../src/dashboard/model/route.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export async function signIn(page: Page, url: string, token: string): Promise<void> {
  await page.goto(`${url}/-/`)
  await page.getByLabel('Admin token').fill(token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Services', level: 1 }).waitFor()
}

/** Without a new load, which would sign out. */
export async function open(page: Page, route: Route): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hashOf(route))}`)
}

/** What axe complains of, as rule and place. It comes in by the debugger's way: the page's policy lets no other script run. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  return page.evaluate(`axe.run().then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ target, any }) => id + ': ' + JSON.stringify(target) + ' ' + any.map(({ message }) => message).join('; '))))`)
}

/** Is the page wider than its window? */
export function isCut(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')
}
