/** The library as an embedder uses it who knows callers by tokens: measured by scripts/size.ts. */
export * from '../src/index.ts'
export { trust } from '../src/trust.ts'
