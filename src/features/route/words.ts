/** What an editor tells of matches and sessions. */
import { DURATION } from '../../schema/duration-words.ts'
import type { WordsByPath } from '../../schema/words.ts'

const REGEX = 'A regular expression (RE2, without what needs memory; 10,000 steps in a record) matches the whole text.'
const VALUE_TYPES = ['This very value.', REGEX]

export const WORDS: WordsByPath = {
  matches: { description: 'Up to 64, of which one is enough. Left out, every request matches.' },
  'matches[]': { description: 'Conditions, all of which must hold.' },
  'matches[].path': { description: 'What the path must be. Left out, any.' },
  'path.type': {
    description: 'How value is compared with the path, without the query.',
    default: 'PathPrefix',
    enumDescriptions: ['This very path.', 'Whole segments from the start: /a matches /a and /a/b, not /ab.', REGEX],
  },
  'path.value': {
    description: 'A path, or a regular expression where type says so.',
    default: '/',
    examples: ['/', '/api'],
  },
  'matches[].headers': { description: 'Up to 16, each name once. Names are compared whatever their case.' },
  'matches[].headers[]': { description: 'A header and its value.' },
  'headers[].type': { description: 'How the value is compared.', default: 'Exact', enumDescriptions: VALUE_TYPES },
  'headers[].name': { description: 'The name of a header, whatever its case.', examples: ['x-version'] },
  'headers[].value': { description: 'Its value, or a regular expression where type says so.' },
  queryParams: { description: 'Up to 16, each name once.' },
  'queryParams[]': { description: 'A query parameter and its first value.' },
  'queryParams[].type': { description: 'How the value is compared.', default: 'Exact', enumDescriptions: VALUE_TYPES },
  'queryParams[].name': { description: 'Its name, whose case counts.' },
  'queryParams[].value': { description: 'Its value, or a regular expression where type says so.' },
  'matches[].method': { description: 'The method. Left out, any.' },
  sessionPersistence: { description: 'A caller keeps its endpoint, whatever the weights say.' },
  'sessionPersistence{Cookie}': { description: 'By a cookie.' },
  'sessionPersistence{Header}': { description: 'By a header, which the caller sends back.' },
  'sessionPersistence.type': { description: 'How the caller says who it is.', default: 'Cookie' },
  absoluteTimeout: { description: `The session ends so long after it began. Left out, it does not. ${DURATION}` },
  cookie: { description: 'The cookie; {} is enough.' },
  'cookie.name': { description: "Its name. Left out, one of the rule's own." },
  'cookie.path': { description: 'Its path.', default: '/' },
  'cookie.lifetimeType': {
    description: 'How long a browser keeps it.',
    default: 'Session',
    enumDescriptions: ['Until it is closed.', 'For absoluteTimeout, which is needed then.'],
  },
  'sessionPersistence.header': { description: 'The header.' },
  'header.name': { description: 'Its name.', examples: ['x-session'] },
}
