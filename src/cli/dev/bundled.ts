/** Bundles a Worker of the user's, as wrangler would. */
import { faultOf } from '../../manifest/yaml/fault.ts'
import { loadEsbuild } from './peers.ts'

/** @throws {Fault} with file, line and reason, where it does not build. */
export async function bundled(main: string, root: string, define: Record<string, string> = {}): Promise<string> {
  const esbuild = await loadEsbuild()
  try {
    const result = await esbuild.build({
      entryPoints: [main],
      absWorkingDir: root,
      bundle: true,
      write: false,
      format: 'esm',
      target: 'es2024',
      conditions: ['workerd', 'worker', 'browser'],
      external: ['cloudflare:*', 'node:*'],
      define,
      // Text modules of wrangler, besides .txt.
      loader: { '.html': 'text', '.sql': 'text' },
      sourcemap: 'inline',
      logLevel: 'silent',
    })
    return result.outputFiles[0]?.text ?? ''
  } catch (error) {
    // The message of esbuild has file, line and reason.
    throw faultOf(`${main} does not build.`, error)
  }
}
