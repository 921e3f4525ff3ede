/** What an editor tells of `access`. */
import type { WordsByPath } from '../../schema/words.ts'

export const WORDS: WordsByPath = {
  access: {
    description:
      'Who may call. A rule that denies wins, then one that allows, then the default; the order of rules means nothing.',
    examples: [
      {
        default: 'deny',
        rules: [{ name: 'readers', effect: 'allow', callers: ['checkout'], methods: ['GET'], paths: ['/v1/'] }],
      },
    ],
  },
  'access.default': {
    description: 'What becomes of a request that no rule matches. Left out: that of MESH_DEFAULTS, then "allow".',
    default: 'allow',
  },
  'access.mode': {
    description: '"audit" tells what would be denied, on the receipt and in the log, and denies nothing.',
    default: 'enforce',
  },
  'access.rules': {
    description: 'Up to 64. Of each all that it says must match; what is left out matches everything.',
  },
  'access.rules[]': { description: 'A rule.' },
  'access.rules[].name': {
    description: 'Told on the receipt, in the log and to members that are denied. Once in a record.',
  },
  'access.rules[].effect': { description: '"deny" wins over every "allow".' },
  'access.rules[].callers': {
    description: 'Up to 256 names; "*.shop" is any depth below shop, "*" anyone with a name. Left out: anyone.',
    examples: [['checkout', '*.shop']],
  },
  'access.rules[].callers[]': { description: 'A service name, "*." and one, or "*".' },
  'access.rules[].claims': {
    description:
      'What the token of a guest must say: of each claim one of the values. scope and scp are split at spaces, lists are searched. Up to 8. Left out: nothing.',
    examples: [{ scope: ['orders:read'] }],
  },
  'access.rules[].methods': { description: 'Up to 9. Left out: any.' },
  'access.rules[].methods[]': { description: 'A method, as on the wire.' },
  'access.rules[].paths': {
    description:
      'Up to 16. Judged twice where another server might read the path of a request otherwise. Left out: any.',
    examples: [['/v1/', { type: 'Exact', value: '/healthz' }]],
  },
  'paths[]': { description: 'A prefix, or a path match of the Gateway API.' },
  'paths[]{string}': { description: 'A prefix, of whole segments.' },
  'paths[]{type}': { description: 'A path match of the Gateway API.' },
  'paths[].type': { description: 'How value is compared with the path, without the query.', default: 'PathPrefix' },
  'paths[].value': { description: 'A path, or a regular expression where type says so.', default: '/' },
}
