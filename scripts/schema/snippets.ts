/** Whole pieces of a record that an editor offers, with places to fill in (`defaultSnippets`, as VS Code has them). */

interface Snippet {
  readonly label: string
  readonly description: string
  readonly body: unknown
}

/** A place to fill in, and what stands there until then. */
const place = (number: number, text: string) => `\${${number}:${text}}`

const prefix = { matches: [{ path: { type: 'PathPrefix', value: place(1, '/') } }] }

/** By the path of the field; the record itself has none. */
export const SNIPPETS: Readonly<Record<string, readonly Snippet[]>> = {
  '': [
    {
      label: 'endpoints',
      description: 'A service by its addresses',
      body: { endpoints: [`https://${place(1, 'users.example.com')}`] },
    },
    {
      label: 'canary',
      description: 'A share of the requests goes to the next version',
      body: {
        rules: [
          {
            backendRefs: [
              { name: place(1, 'users-v1'), weight: 95 },
              { name: place(2, 'users-v2'), weight: 5 },
            ],
          },
        ],
      },
    },
    {
      label: 'failover',
      description: 'The first of several services that is usable',
      body: { alias: [place(1, 'users-eu'), place(2, 'users-us')] },
    },
  ],
  'endpoints[]': [
    { label: 'binding', description: 'A service binding of this Worker', body: { binding: place(1, 'USERS') } },
    {
      label: 'url',
      description: 'An address with a weight',
      body: { url: `https://${place(1, 'users.example.com')}`, weight: 1 },
    },
    {
      label: 'lambda',
      description: 'An AWS Lambda function',
      body: { lambda: { function: place(1, 'users'), region: place(2, 'eu-west-1'), secret: 'AWS' } },
    },
  ],
  'rules[]': [
    {
      label: 'path to a service',
      description: 'A path and all beneath it',
      body: { ...prefix, backendRefs: [{ name: place(2, 'users') }] },
    },
    {
      label: 'rewrite',
      description: 'Another prefix on the way',
      body: {
        ...prefix,
        filters: [
          {
            type: 'URLRewrite',
            urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: place(2, '/') } },
          },
        ],
      },
    },
    {
      label: 'redirect',
      description: 'Another address',
      body: {
        ...prefix,
        filters: [
          { type: 'RequestRedirect', requestRedirect: { hostname: place(2, 'www.example.com'), statusCode: 301 } },
        ],
      },
    },
    {
      label: 'mirror',
      description: 'A copy of each request',
      body: {
        filters: [
          { type: 'RequestMirror', requestMirror: { backendRef: { name: place(1, 'users-v2') }, percent: 10 } },
        ],
      },
    },
  ],
}
