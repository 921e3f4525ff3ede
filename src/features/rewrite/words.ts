/** What an editor tells of URLRewrite and the header modifiers. */
import type { WordsByPath } from '../../schema/words.ts'

const HEADERS = 'Up to 16. A name stands once in set, add and remove together, whatever its case.'

export const WORDS: WordsByPath = {
  'filters[]{RequestHeaderModifier}': { description: 'Changes headers of the request.' },
  'filters[]{ResponseHeaderModifier}': { description: 'Changes headers of the answer.' },
  'filters[]{URLRewrite}': { description: 'Changes host or path on the way to the backend.' },
  requestHeaderModifier: { description: 'What is done to the headers of the request.' },
  responseHeaderModifier: { description: 'What is done to the headers of the answer.' },
  'HeaderModifier.set': { description: `Headers that replace what is there. ${HEADERS}` },
  'HeaderModifier.add': { description: `Headers appended to what is there, with a comma. ${HEADERS}` },
  'HeaderModifier.remove': { description: `Headers that are taken away. ${HEADERS}` },
  'HeaderModifier.set[]': { description: 'A header and its value.' },
  'HeaderModifier.add[]': { description: 'A header and its value.' },
  'HeaderModifier.remove[]': { description: 'The name of a header.' },
  'set[].name': { description: "A header, but for Host (URLRewrite's), the connection's and the mesh's own." },
  'add[].name': { description: "A header, but for Host (URLRewrite's), the connection's and the mesh's own." },
  'set[].value': { description: 'Its value.' },
  'add[].value': { description: 'What is appended.' },
  'urlRewrite.path.type': { description: 'What of the path is replaced.' },
  urlRewrite: { description: 'What the backend sees.' },
  'urlRewrite.hostname': { description: 'The host that the backend sees.' },
  'urlRewrite.path': { description: 'The path that the backend sees.' },
}
