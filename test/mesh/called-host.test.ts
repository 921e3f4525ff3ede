import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nameOf, splitUrl } from '../../src/mesh/called-host.ts'

const seed = 4

describe('splitUrl', () => {
  it.each([
    ['http://users/42?x=1', 'users', '/42?x=1'],
    ['http://users/', 'users', '/'],
    ['http://users', 'users', '/'],
    ['https://users.shop:8443/a:b@c', 'users.shop', '/a:b@c'],
    ['http://[::1]:8787/x', '[::1]', '/x'],
    ['http://[::1]/x', '[::1]', '/x'],
    ['http://anna:secret@users:80/x', 'users', '/x'],
    ['http://users//a//b', 'users', '//a//b'],
    ['http://users/?to=http://other:1/', 'users', '/?to=http://other:1/'],
    ['http://users/42?x=1#top', 'users', '/42?x=1'],
    ['http://users/#/42?x=1', 'users', '/'],
  ])('reads %s', (url, host, path) => {
    expect(splitUrl(url)).toEqual({ host, path })
  })

  it(`agrees with the platform's URL (seed ${seed})`, () => {
    fc.assert(
      fc.property(
        fc.webUrl({ withQueryParameters: true, authoritySettings: { withPort: true, withIPv4: true } }),
        (text) => {
          const { href, hostname, origin } = new URL(text)
          expect(splitUrl(href)).toEqual({ host: hostname, path: href.slice(origin.length) })
        },
      ),
      { seed },
    )
  })
})

describe('nameOf', () => {
  it.each([
    ['users', 'users'],
    ['users.mesh', 'users'],
    ['Users.MESH', 'users'],
    ['eu.users.shop', 'eu.users.shop'],
    ['users.mesh.mesh', 'users.mesh'],
    ['mesh', 'mesh'],
    ['usersmesh', 'usersmesh'],
    ['users.', 'users'],
    ['users.mesh.', 'users'],
  ])('reads %s as %s', (host, name) => {
    expect(nameOf(host, 'mesh')).toBe(name)
  })

  it('obeys the domain of the mesh', () => {
    expect(nameOf('users.internal.example', 'internal.example')).toBe('users')
    expect(nameOf('users.mesh', 'internal.example')).toBe('users.mesh')
  })

  it.each([
    '',
    '.',
    '.mesh',
    'users..',
    '-users',
    'us_ers',
    '[::1]',
    'a..b',
    'ü',
    `${'a'.repeat(64)}.b`,
    `${'a.'.repeat(127)}a`,
  ])('says what is wrong with "%s"', (host) => {
    expect(() => nameOf(host, 'mesh')).toThrow(
      expect.objectContaining({ code: 'service_not_named', message: expect.stringContaining(`"${host}"`) }),
    )
  })
})
