/** A GraphQL server by graphql-yoga. Not TypeScript: yoga's types bring those of the browser with them, for the whole program. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createSchema, createYoga } from 'graphql-yoga'

const schema = createSchema({
  typeDefs: `
    type Query { greet(name: String!): String!, broken: String }
    type Mutation { add(a: Int!, b: Int!): Int! }`,
  resolvers: {
    Query: {
      greet: (_, { name }) => `Hello, ${name}.`,
      broken: () => Promise.reject(new Error('It broke.')),
    },
    Mutation: { add: (_, { a, b }) => a + b },
  },
})

export async function startGraphql() {
  const server = createServer(createYoga({ logging: false, schema }))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
