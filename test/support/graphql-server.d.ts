/** What `graphql-server.js` gives. */
export interface GraphqlServer {
  readonly url: string
  close(): void
}

/** `greet(name)`, `broken`, which fails, and the mutation `add(a, b)`, at `/graphql`. */
export function startGraphql(): Promise<GraphqlServer>
