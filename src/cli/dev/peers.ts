/** The packages that only `selvedge dev` needs, loaded on demand. */
import { Fault } from '../../manifest/yaml/fault.ts'

/** Runs workerd. wrangler installs it, in the right version. */
export const loadMiniflare = () => load('miniflare', () => import('miniflare'))

/** Reads a Worker's wrangler.toml. */
export const loadWrangler = () =>
  load('wrangler', () => {
    // Its log file comes with a signal listener that ends this process and leaves workerd running.
    process.env.WRANGLER_WRITE_LOGS = 'false'
    return import('wrangler')
  })

/** Bundles a Worker's source. */
export const loadEsbuild = () => load('esbuild', () => import('esbuild'))

async function load<Module>(name: string, from: () => Promise<Module>): Promise<Module> {
  try {
    return await from()
  } catch (error) {
    if (!isMissing(error, name)) throw error
    throw new Fault(
      `dev needs ${name}, which is not installed here: npm install --save-dev wrangler miniflare esbuild`,
      {
        cause: error,
      },
    )
  }
}

function isMissing(error: unknown, name: string): boolean {
  if (!(error instanceof Error && 'code' in error)) return false
  return error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes(`'${name}'`)
}
