/** Debian's Chromium, by playwright-core, with a profile of its own and no business on the network. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface Look {
  readonly theme?: 'light' | 'dark'
  /** In CSS pixels. */
  readonly width?: number
  readonly height?: number
}

export interface Browser {
  readonly page: Page
  /** What the console and the page complained of. */
  readonly complaints: readonly string[]
  close(): Promise<void>
}

export async function openBrowser({ theme = 'light', width = 1280, height = 860 }: Look = {}): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'selvedge-browser-'))
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: ARGUMENTS,
    colorScheme: theme,
    viewport: { width, height },
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Vienna',
    locale: 'en-GB',
  })
  const page = context.pages()[0] ?? (await context.newPage())
  page.setDefaultTimeout(20_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  return {
    page,
    complaints,
    async close() {
      await context.close()
      rmSync(profile, { recursive: true, force: true })
    },
  }
}
