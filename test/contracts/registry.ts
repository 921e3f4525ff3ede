/** What every registry does, whatever it is made of. */
import { describe, expect, it } from 'vitest'
import type { Registry } from '../../src/registry/registry.ts'

export interface Stored {
  readonly registry: Registry
  /** Writes under a key, as an operator would. */
  put(key: string, text: string, revision?: string): Promise<void>
  delete(key: string): Promise<void>
}

export function registryContract(name: string, empty: () => Stored): void {
  const text = 'https://users.example.com'

  describe(`${name}, as a registry,`, () => {
    it('gives what was put', async () => {
      const { registry, put } = empty()
      await put('services/users', text)
      expect(await registry.read(['services/users'])).toMatchObject([{ text }])
    })

    it('gives what was put last', async () => {
      const { registry, put } = empty()
      await put('services/users', 'https://old.example.com', '1')
      await put('services/users', text, '2')
      expect(await registry.read(['services/users'])).toEqual([{ text, revision: '2' }])
    })

    it.each([
      ['one key', ['services/users']],
      ['several keys', ['services/users', 'services/*.shop']],
    ])('gives undefined for %s where nothing stands', async (_, keys) => {
      expect(await empty().registry.read(keys)).toEqual(keys.map(() => undefined))
    })

    it('gives nothing that was deleted', async () => {
      const { registry, put, delete: remove } = empty()
      await put('services/users', text)
      await remove('services/users')
      expect(await registry.read(['services/users'])).toEqual([undefined])
    })

    it('answers in the order of the keys', async () => {
      const { registry, put } = empty()
      await put('services/*.c', 'third')
      await put('services/a.b.c', 'first')
      const entries = await registry.read(['services/a.b.c', 'services/*.b.c', 'services/*.c'])
      expect(entries.map((entry) => entry?.text)).toEqual(['first', undefined, 'third'])
    })

    it('answers for no keys with nothing', async () => {
      expect(await empty().registry.read([])).toEqual([])
    })

    it('says which edit it is, where the writer said so', async () => {
      const { registry, put } = empty()
      await put('services/users', text, '42')
      await put('services/orders', text)
      const entries = await registry.read(['services/users', 'services/orders'])
      expect(entries.map((entry) => entry?.revision)).toEqual(['42', undefined])
    })

    it.each(['', '{', ' \n', 'https://users.example.com\n', '{"endpoints":["https://küche.example.com"]}'])(
      'gives %j letter by letter: whether it makes sense is not its concern',
      async (text) => {
        const { registry, put } = empty()
        await put('services/users', text)
        expect((await registry.read(['services/users']))[0]?.text).toBe(text)
        expect((await registry.read(['services/users', 'services/*.x']))[0]?.text).toBe(text)
      },
    )
  })
}
