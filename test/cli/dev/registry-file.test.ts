import { describe, expect, it } from 'vitest'
import { parseRegistryFile } from '../../../src/cli/dev/registry-file.ts'

const parse = (text: string) => Object.fromEntries(parseRegistryFile(text, 'registry.yaml'))

describe('parseRegistryFile', () => {
  it('reads YAML: a bare URL stays as it is, a record becomes JSON', () => {
    expect(parse('users: https://users.example.com\norder:\n  endpoints:\n    - binding: ORDER\n')).toEqual({
      'services/users': 'https://users.example.com',
      'services/order': '{"endpoints":[{"binding":"ORDER"}]}',
    })
  })

  it('reads JSON, indented by tabs too', () => {
    expect(parse('{\n\t"users": "https://users.example.com",\n\t"order": {\n\t\t"alias": "users"\n\t}\n}\n')).toEqual({
      'services/users': 'https://users.example.com',
      'services/order': '{"alias":"users"}',
    })
  })

  it('takes keys with and without services/', () => {
    expect(Object.keys(parse('services/users: https://u\n"*.shop": https://s\nusers@pr-1: https://p'))).toEqual([
      'services/users',
      'services/*.shop',
      'services/users@pr-1',
    ])
  })

  it('keeps a name that looks like a number as it is written', () => {
    expect(parse('007: https://bond.example.com')).toEqual({ 'services/007': 'https://bond.example.com' })
  })

  it('follows anchors', () => {
    expect(parse('a: &a { endpoints: [https://a] }\nb: *a')).toMatchObject({
      'services/b': '{"endpoints":["https://a"]}',
    })
  })

  it('hands over what is no record, for the mesh to refuse', () => {
    expect(parse('a: 42\nb:\nc: "{{{"')).toEqual({ 'services/a': '42', 'services/b': 'null', 'services/c': '{{{' })
  })

  it('takes a schema at the top for what it is, in JSON and YAML', () => {
    expect(parse('$schema: ./registry.schema.json\na: https://a')).toEqual({ 'services/a': 'https://a' })
    expect(parse('{ "$schema": "x", "a": "https://a" }')).toEqual({ 'services/a': 'https://a' })
  })

  it('reads JSON as JSON', () => {
    const text = '{\n  "a": "https://a",\n}'
    expect(() => parseRegistryFile(text, 'a.json')).toThrow(
      'a.json:3:1: is read as JSON, and has a comma before the closing "}".',
    )
    expect(parseRegistryFile(text, 'a.yaml').size).toBe(1)
  })

  it('is empty for {}', () => {
    expect(parse('{}')).toEqual({})
  })

  it.each([
    ['half a list', 'a: https://a\nb: [1,', /^registry\.yaml:2:7: /],
    ['broken JSON', '{\n  "a": {,\n}', /^registry\.yaml:2:9: /],
    ['a name twice', 'a: https://a\na: https://b', /^registry\.yaml:2:1: /],
    [
      'a name in both spellings',
      'a: https://a\nservices/a: https://b',
      /^registry\.yaml:2:1: services\/a stands here twice\.$/,
    ],
    ['a list', '- a\n- b', /^registry\.yaml:1:1: expected a map/],
    ['a word', 'users', /^registry\.yaml:1:1: expected a map/],
    ['a map for a name', '? { a: 1 }\n: b', /^registry\.yaml:1:3: a service name is a string\.$/],
    [
      'a manifest',
      'apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute',
      /^registry\.yaml:1:1: is a manifest: selvedge convert makes records of it\.$/,
    ],
    ['nothing', '# to be written\n', /^registry\.yaml: is empty; an empty registry is written \{\}\.$/],
  ])('refuses %s, and says where', (_, text, message) => {
    expect(() => parse(text)).toThrow(message)
  })
})
