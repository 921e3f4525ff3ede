/** Lambda functions under serverless-offline: one calls by name through the mesh, another refuses whom its record refuses. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, it } from 'vitest'

const FOLDER = fileURLToPath(new URL('../../examples/lambda-offline', import.meta.url))
/** 640 packages, where the network is slow. */
const INSTALLED_WITHIN_MS = 300_000

const run = promisify(execFile)

beforeAll(async () => {
  if (existsSync(`${FOLDER}/node_modules/serverless`)) return
  await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: FOLDER })
}, INSTALLED_WITHIN_MS)

it('examples/lambda-offline holds all that it claims', async () => {
  // What did not hold stands in what it says, and is shown with the exit code.
  const { stdout } = await run(process.execPath, ['check.ts'], { cwd: FOLDER })
  expect(stdout.match(/^✓/gm)).toHaveLength(17)
  expect(stdout).toMatch(/^All of it held\.$/m)
})
