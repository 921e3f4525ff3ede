/** What an object with an outbox carries of `selvedge/durable`: measured by scripts/size.ts. */
export { outbox } from '../src/transactional/outbox.ts'
