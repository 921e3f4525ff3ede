/** What an editor tells of a record and its rules, but for what the features and the targets tell. */
import type { WordsByPath } from '../schema/words.ts'

export const WORDS: WordsByPath = {
  $schema: { description: 'The address of this schema, for editors. The mesh does not read it.' },
  alias: {
    description:
      'Other names, of which the first that has a usable endpoint stands for this one, with its rules and its policy. Then nothing else may stand here.',
    examples: ['users-v2', ['users-eu', 'users-us']],
  },
  'alias{string}': { description: 'One other name.' },
  'alias{array}': {
    description: 'Several, up to 16, of which the first that has a usable endpoint is meant: failover.',
  },
  'alias[]': { description: 'A service name, with "@" and a tag if it has one.' },
  rules: {
    description:
      'Who goes where: up to 64 HTTPRouteRules of the Gateway API, word for word. Left out, everything goes to the endpoints.',
  },
  'rules[]': { description: 'A rule. Of all matches that hold the most specific decides; then the earlier rule.' },
  'rules[].name': { description: 'Told on the receipt and in errors. Once in a record.' },
  backendRefs: {
    description:
      "Up to 16 services that share the requests by weight, with their own endpoints and policy; their rules do not count. Left out, the record's own endpoints.",
    examples: [
      [
        { name: 'users-v1', weight: 95 },
        { name: 'users-v2', weight: 5 },
      ],
    ],
  },
  'backendRefs[]': { description: 'A service that takes a share of the requests.' },
  'backendRefs[].weight': {
    description: 'Its share is this over the sum of all: 0 to 1,000,000. 0 takes nothing.',
    default: 1,
  },
  'backendRefs[].filters': { description: 'Up to 16, run where this backend is chosen, after those of the rule.' },
  group: { description: 'The core group, which needs no saying.', default: '' },
  kind: { description: 'A Service, which needs no saying.', default: 'Service' },
  'backendRefs[].name': { description: 'A name of the registry.', examples: ['users-v2', 'users@pr-123'] },
  'backendRef.name': { description: 'A name of the registry.' },
  namespace: { description: 'shop makes users the name users.shop.', default: 'default' },
  'backendRefs[].port': {
    description: "1 to 65,535. Read, and of no effect: a name has no port, an endpoint's URL has one.",
  },
  'backendRef.port': {
    description: "1 to 65,535. Read, and of no effect: a name has no port, an endpoint's URL has one.",
  },
  filters: {
    description:
      'Up to 16, in the order written: what is done to the request and its answer. Each type once, but for RequestMirror.',
  },
  'filters[]': { description: 'One filter: its type, and the field of that type.' },
  'filters[].type': { description: 'Which filter. The field of the same name is needed, and no other.' },
  'path{ReplaceFullPath}': { description: 'The whole path is another.' },
  'path{ReplacePrefixMatch}': {
    description: "The prefix that matched is another: needs the rule's one match to be of a PathPrefix.",
  },
  replaceFullPath: { description: 'The path that stands for the whole one.', examples: ['/'] },
  replacePrefixMatch: {
    description: 'What stands for the prefix that matched; the rest is kept.',
    examples: ['/', '/v2'],
  },
}
