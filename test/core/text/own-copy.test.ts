import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { ownCopy } from '../../../src/core/text/own-copy.ts'
import { nameReader, splitUrl } from '../../../src/mesh/called-host.ts'
import { hosts } from '../../../src/mesh/identify.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes that are kept by what `make` gives, with so many URLs of 64 KB that it is made from. */
function keptBytes(make: (urls: Iterable<string>) => unknown): number {
  function* urls() {
    // Not a constant, or all of them would be one text.
    for (let number = 0; number < 500; number++)
      yield `http://service-number-${number}.shop/${`${number % 10}`.repeat(65_536)}`
  }
  collect()
  const before = process.memoryUsage().heapUsed
  const kept = make(urls())
  collect()
  const bytes = process.memoryUsage().heapUsed - before
  // Alive until it was measured.
  expect(kept).toBeDefined()
  return bytes
}

const MB = 1024 * 1024

it.each(['', 'a', 'users', 'service-number-7.shop', 'ü'])('is the same text: "%s"', (text) => {
  expect(ownCopy(text)).toBe(text)
})

it('does not keep the text that it was cut from, as a slice does', () => {
  const cut = (url: string) => url.slice(7, 32)
  expect(keptBytes((urls) => Array.from(urls, cut))).toBeGreaterThan(25 * MB)
  expect(keptBytes((urls) => Array.from(urls, (url) => ownCopy(cut(url))))).toBeLessThan(MB)
})

it('is what a mesh keeps of the hosts that it has read', () => {
  expect(
    keptBytes((urls) => {
      const nameOf = nameReader('mesh')
      return [nameOf, Array.from(urls, (url) => nameOf(splitUrl(url).host))]
    }),
  ).toBeLessThan(MB)
})

it('is what the Worker keeps of the hosts that it was called by', () => {
  expect(
    keptBytes((urls) => {
      const mesh = hosts('*.workers.dev')
      for (const url of urls) mesh.includes(splitUrl(url).host)
      return mesh
    }),
  ).toBeLessThan(MB)
})
