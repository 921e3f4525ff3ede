/** What the tests use of the library as version 0.1.0 had it. */

export declare function parseRecord(text: string): unknown

export declare function createTestMesh(services: Readonly<Record<string, unknown>>): {
  fetch(input: string): Promise<Response>
  readonly clock: { run<Done>(work: Promise<Done>): Promise<Done>; advance(ms: number): Promise<void> }
  readonly registry: { set(name: string, text: string, revision?: string): void }
}
