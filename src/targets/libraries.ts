/** What signs: the one file that names the libraries, itself loaded when a record first asks for it. */

// Its own fetch would retry: only the signer is taken.
export { AwsV4Signer } from 'aws4fetch'
export { decodeJwt, importPKCS8, SignJWT } from 'jose'
