/** Vectors of the standards are verified as they are printed: RFC 7515 A.2 (RS256) and A.3 (ES256), RFC 7520 §4.1 (RS256), RFC 8037 A.4 (Ed25519). */
import { expect, it } from 'vitest'
import { issuerKeys } from '../../../src/features/identity/issuer-keys.ts'
import { signatures } from '../../../src/features/identity/signatures.ts'
import { readJws } from '../../../src/wire/jws.ts'
import { publicKey } from '../../../src/wire/key-set.ts'

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

/** RFC 7515 §A.2.1 and A.2. */
const RS256 = {
  algorithm: 'RS256',
  jwk: {
    kty: 'RSA',
    n: 'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ',
    e: 'AQAB',
  },
}
const A2 =
  'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw'

/** RFC 7520 §3.3, as it stands there but for `alg`, which our key sets ask for; and §4.1. */
const BILBO = {
  kty: 'RSA',
  kid: 'bilbo.baggins@hobbiton.example',
  use: 'sig',
  alg: 'RS256',
  n: 'n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw',
  e: 'AQAB',
}
const R4_1 =
  'eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg'

/** RFC 8037 §A.2 and A.4. */
const ED25519 = {
  algorithm: 'EdDSA',
  jwk: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
}
const A4 =
  'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg'

it.each([
  ['RFC 7515 A.2', A2, RS256],
  ['RFC 7515 A.3', A3, ES256],
  ['RFC 7520 §4.1', R4_1, publicKey(BILBO, '$')],
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
  expect(await isSigned(A2, publicKey(BILBO, '$'))).toBe(false)
  // One key, two algorithms: a PKCS #1 signature is none of PSS.
  expect(await isSigned(A2, { ...RS256, algorithm: 'PS256' })).toBe(false)
})

it('is found in a set of an issuer as the standard prints it, which says no alg', () => {
  const { alg: _, ...printed } = BILBO
  const set = issuerKeys({ keys: [printed] }, ['RS256'])
  expect(set.of(`RS256 ${BILBO.kid}`)?.jwk).toEqual({ kty: 'RSA', n: BILBO.n, e: BILBO.e })
  expect(set.of(`PS256 ${BILBO.kid}`)).toBeUndefined()
})

// RFC 7520 §4.1 signs a sentence, RFC 8037 A.4 another: what holds no claims is no token, however good its signature is.
it.each([
  ['RFC 7520 §4.1', R4_1],
  ['RFC 8037 A.4', A4],
])('%s is no token, though it is well signed', (_, text) => {
  expect(readJws(text)).toBeUndefined()
})

it('reads the claims of RFC 7515 A.2 and A.3, with the line ends that stand in them', () => {
  for (const text of [A2, A3])
    expect(readJws(text)?.claims).toEqual({ iss: 'joe', exp: 1_300_819_380, 'http://example.com/is_root': true })
})
