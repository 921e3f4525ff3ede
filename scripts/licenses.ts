/** The licenses of what a build has bundled: MIT and ISC want theirs to go with every copy. */
import { readdirSync, readFileSync } from 'node:fs'
import type { Metafile } from 'esbuild'

/** @param root with a slash at its end: inputs are named from there. */
export function licensesOf(root: string, metafiles: readonly Metafile[]): string {
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs))
  const packages = new Set(inputs.flatMap((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []))
  return [...packages]
    .sort()
    .map((name) => licenseOf(`${root}node_modules/${name}`))
    .join(`\n${'-'.repeat(80)}\n\n`)
}

/** @throws {Error} where the package has none: it may not be bundled then. */
function licenseOf(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
  const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file))
  if (!file) throw new Error(`${name} ${version} has no license file.`)
  return `${name} ${version}\n\n${readFileSync(`${folder}/${file}`, 'utf8').trim()}\n`
}
