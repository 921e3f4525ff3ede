/** The packages that only `selvedge dev` needs, loaded when it does. */
import { Fault } from '../../manifest/yaml/fault.ts'

/** Runs workerd. It comes with wrangler, in the version that fits. */
export const loadMiniflare = () => load('miniflare', () => import('miniflare'))

/** Reads a Worker's wrangler.toml. */
export const loadWrangler = () =>
  load('wrangler', () => {
    // Its log in the home directory comes with a listener that ends this process on a signal, and leaves workerd behind.
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
