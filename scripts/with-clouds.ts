/** The library as an embedder uses it whose records name other clouds: measured by scripts/size.ts. */
export { cloud } from '../src/cloud.ts'
export * from '../src/index.ts'
