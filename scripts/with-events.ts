/** What an embedder imports that publishes events and consumes them: for its size. */
export { eventDelivery, publish, topics } from '../src/events.ts'
export { createMesh, kvRegistry } from '../src/index.ts'
