/** Vectors of the standards: RFC 7515 A.3 (ES256) and RFC 8037 A.4 (Ed25519) are verified as they are printed. */
import { expect, it } from 'vitest'
import { signatures } from '../../../src/features/identity/signatures.ts'

const { isSigned } = signatures()

/** RFC 7515 §A.3.1. */
const ES256 = {
  algorithm: 'ES256',
  jwk: {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  },
}
const A3 =
  'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q'

/** RFC 8037 §A.2 and A.4. */
const ED25519 = {
  algorithm: 'EdDSA',
  jwk: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
}
const A4 =
  'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg'

it.each([
  ['RFC 7515 A.3', A3, ES256],
  ['RFC 8037 A.4', A4, ED25519],
])('%s is verified, and is not when a letter of it is another', async (_, text, key) => {
  expect(await isSigned(text, key)).toBe(true)
  const [header, payload = '', mark] = text.split('.')
  const other = `${payload.slice(0, -3)}${payload.at(-3) === 'A' ? 'B' : 'A'}${payload.slice(-2)}`
  expect(await isSigned([header, other, mark].join('.'), key)).toBe(false)
})

it('is not verified by the key of the other, nor under its algorithm', async () => {
  expect(await isSigned(A3, ED25519)).toBe(false)
  expect(await isSigned(A4, ES256)).toBe(false)
  expect(await isSigned(A3, { ...ES256, algorithm: 'RS256' })).toBe(false)
})
