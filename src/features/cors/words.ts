/** What an editor tells of CORS. */
import type { WordsByPath } from '../../schema/words.ts'

export const WORDS: WordsByPath = {
  'filters[]{CORS}': { description: 'Lets pages of other origins call; answers preflights.' },
  cors: { description: 'What pages of other origins may do.' },
  allowOrigins: {
    description: 'Up to 64 origins; "*." in front of a host stands for any labels, "*" alone for all origins.',
    examples: [['https://app.example.com'], ['https://*.example.com'], ['*']],
  },
  'allowOrigins[]': { description: 'http:// or https://, a host, and a port if there is one.' },
  allowCredentials: { description: 'May cookies and authorization be sent?', default: false },
  allowMethods: { description: 'Up to 9 methods beside GET, HEAD and POST; "*" alone for all.' },
  'allowMethods[]': { description: 'A method.' },
  allowHeaders: { description: 'Up to 64 request headers; "*" alone for all.' },
  'allowHeaders[]': { description: 'The name of a header.' },
  exposeHeaders: { description: 'Up to 64 headers of the answer that a page may read.' },
  'exposeHeaders[]': { description: 'The name of a header.' },
  maxAge: {
    description: 'Seconds for which a browser remembers the answer to a preflight: 1 to 2,147,483,647.',
    default: 5,
  },
}
