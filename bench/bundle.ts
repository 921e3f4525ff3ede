/** Bundles a Worker of the bench as a user's build would: one minified module. */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import pkg from '../package.json' with { type: 'json' }

/** The code of `bench/variants/<name>.ts`, on its own. */
export async function bundle(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`variants/${name}.ts`, import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    define: { SELVEDGE_VERSION: JSON.stringify(pkg.version) },
    logLevel: 'warning',
  })
  return outputFiles[0]?.text ?? ''
}

export async function bundles(names: readonly string[]): Promise<Record<string, string>> {
  return Object.fromEntries(await Promise.all(names.map(async (name) => [`${name}.js`, await bundle(name)] as const)))
}
