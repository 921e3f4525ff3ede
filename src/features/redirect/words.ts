/** What an editor tells of RequestRedirect. */
import type { WordsByPath } from '../../schema/words.ts'

export const WORDS: WordsByPath = {
  'filters[]{RequestRedirect}': { description: 'Answers with another address. No backendRefs beside it.' },
  requestRedirect: { description: 'The address that the caller is told. What is left out stays as it was.' },
  'requestRedirect.scheme': { description: 'The scheme.', enumDescriptions: ['Not encrypted.', 'Encrypted.'] },
  'requestRedirect.hostname': { description: 'The host.', examples: ['www.example.com'] },
  'requestRedirect.path': { description: 'The path.' },
  'requestRedirect.port': { description: 'The port: 1 to 65,535. Left out, that of the scheme, if one is written.' },
  'requestRedirect.statusCode': {
    description: 'How it is said.',
    default: 302,
    enumDescriptions: [
      'For good.',
      'For now.',
      'By a GET.',
      'For now, with the same method.',
      'For good, with the same method.',
    ],
  },
  'requestRedirect.path.type': { description: 'What of the path is replaced.' },
}
