/** The licenses of what a build has bundled: MIT and ISC want theirs to go with every copy. */
import { readdirSync, readFileSync } from 'node:fs'
import type { Metafile } from 'esbuild'

/**
 * @param root with a slash at its end: inputs are named from there.
 * @param more whole paths of modules that another builder has bundled.
 */
export function licensesOf(root: string, metafiles: readonly Metafile[], more: Iterable<string> = []): string {
  const inputs = [...metafiles.flatMap((metafile) => Object.keys(metafile.inputs)), ...more]
  const packages = new Set(inputs.flatMap((file) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []))
  return [...packages]
    .sort()
    .map((name) => licenseOf(`${root}node_modules/${name}`))
    .join(`\n${'-'.repeat(80)}\n\n`)
}

/** @throws {Error} where the package has none and names none that is known here: it may not be bundled then. */
function licenseOf(folder: string): string {
  const { name, version, license, repository } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
  const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file))
  if (file) return `${name} ${version}\n\n${readFileSync(`${folder}/${file}`, 'utf8').trim()}\n`
  if (license !== 'MIT') throw new Error(`${name} ${version} has no license file, and says "${license}".`)
  // Its package says MIT and carries no text: this is the text.
  return `${name} ${version}\n\nMIT License\n\nCopyright (c) the authors of ${name} (${repository?.url ?? repository})\n\n${MIT}\n`
}

/** https://opensource.org/license/mit, without its first lines. */
const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`
